package connectordoc

import (
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// Dataflow returns a Dataflow document that reads, every hour or as events come, through the Connection
// document of the connector, or through an existing connection where its sign-in is
// not published; "" where aepflow has no dataflow for the connector.
func Dataflow(c specs.Connector) string {
	via := "connection: " + c.Slug
	switch {
	case c.AuthComplete && len(c.Auth) == 0:
		via = "connector: " + c.Slug
	case !c.AuthComplete:
		via = "connector: " + c.Slug + "\n  connectionId: 6990abad-977d-41b9-a85d-17ea8cf1c0e4"
	}
	switch Source(c) {
	case "table":
		return tableDataflow(c, via)
	case "files":
		return filesDataflow(c, via)
	case "rest":
		return restDataflow(c, via)
	case "stream":
		return streamDataflow(c, via)
	}
	return ""
}

// parts are what differs between the examples, in whole lines.
type parts struct {
	source    string // how the data are read
	columns   string // those beside id and email, "-" for no columns at all
	fields    string // further fields of the schema
	amount    string // the expression of the amount
	mappings  string // further mappings
	delta     string
	frequency string // once, none, or "" for every hour
}

func example(c specs.Connector, p parts) string {
	columns := ""
	if p.columns != "-" {
		columns = "columns:\n  id: string\n  email: string\n" + p.columns
	}
	schedule := "schedule:\n  frequency: hour\n  interval: 1\n"
	switch p.frequency {
	case "once":
		schedule = "schedule:\n  frequency: once\n"
	case "none":
		schedule = ""
	}
	return fmt.Sprintf(`name: %[1]s-orders
%[3]s%[4]starget:
  schema:
    title: Orders from %[2]s
    class: profile
    fields:
      orders.email: string
      orders.amount: double
%[5]s    identities:
      orders.email: {namespace: Email, primary: true}
  dataset:
    title: Orders from %[2]s
mappings:
  _id: id
  _{TENANT_ID}.orders.email: email
  _{TENANT_ID}.orders.amount: %[6]s
%[7]s%[8]s%[9]s`, c.Slug, c.Name, p.source, columns, p.fields, p.amount, p.mappings, p.delta, schedule)
}

func tableDataflow(c specs.Connector, via string) string {
	delta := "delta:\n  column: changed\n"
	if c.DeltaColumnFormat != "" {
		delta += "  dateFormat: " + c.DeltaColumnFormat + "\n"
	}
	return example(c, parts{
		source: "database:\n  " + via + "\ntable: orders\n", columns: "  amount: double\n  changed: date-time\n",
		fields: "      orders.changed: date-time\n", amount: "amount",
		mappings: "  _{TENANT_ID}.orders.changed: changed\n", delta: delta,
	})
}

// filesDataflow is the example of a file store. The paths of the landing zone begin
// with its container, and FTP is read once.
func filesDataflow(c specs.Connector, via string) string {
	p := parts{columns: "  amount: string\n", amount: "to_decimal(amount)"}
	path := "/exports/orders/*.csv"
	switch c.Slug {
	case "data-landing-zone":
		path = "dlz-user-container" + path
	case "ftp":
		p.frequency = "once"
	}
	p.source = "files:\n  " + via + "\n  path: " + path + "\n"
	return example(c, p)
}

// restDataflow is the example of a self-serve source, with the parameters that it
// needs. Columns are left out: the shape of the records is the service's own.
func restDataflow(c specs.Connector, via string) string {
	var b strings.Builder
	b.WriteString("rest:\n  " + via + "\n")
	params := "  params:\n"
	for _, param := range c.SourceParams {
		if param.Required {
			b.WriteString(params + "    " + param.Name + ": " + value(c, param) + "\n")
			params = ""
		}
	}
	return example(c, parts{source: b.String(), columns: "-", amount: "to_decimal(amount)"})
}

// streamDataflow is the example of a stream, with the keys that it needs.
func streamDataflow(c specs.Connector, via string) string {
	var b strings.Builder
	b.WriteString("stream:\n  " + via + "\n")
	for _, k := range c.StreamKeys() {
		switch {
		case k.Required:
			b.WriteString("  " + k.Key + ": " + streamValue(k) + "\n")
		case c.IsHTTPAPI() && !strings.HasPrefix(via, "connection: "):
			b.WriteString("  dataType: raw\n")
		case k.Reader:
			b.WriteString("  " + k.Key + ": aep\n")
		}
	}
	p := parts{source: b.String(), columns: "  amount: double\n", amount: "amount", frequency: "none"}
	if c.Slug == "snowflake-streaming" {
		p.columns += "  added_at: date-time\n"
	}
	return example(c, p)
}

// streamValue is an example for a key of a stream.
func streamValue(k specs.StreamKey) string {
	switch k.Key {
	case "topicName":
		return "projects/acme/topics/orders"
	case "subscriptionName":
		return "projects/acme/subscriptions/aep"
	case "timestampColumn":
		return "added_at"
	}
	return "orders"
}
