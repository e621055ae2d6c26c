package resource

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/aepflow/aepflow/internal/specs"
)

// Stream says how the flow of a source connection reads a stream.
type Stream struct {
	// Reader names what one flow alone can read, such as the consumer group of an event hub, "" for a
	// stream that any number of flows read. Base is the connection that it is read through: an id, or
	// a reference. Place is where the name itself says that it is, as ReaderPlace does.
	Reader, Base, Place string
	What                string // what kind of thing the reader is
	Pushed              bool   // senders bring the data, and name the flow or its address
	Webhook             bool   // and only the flow has that address
	Latest              bool   // a new flow begins at the newest event
}

// StreamOf returns the stream that the body of a source connection describes, false for
// another source.
func StreamOf(source Value) (Stream, bool) {
	id, _ := lookUp(source, "connectionSpec.id")
	c, _, ok := specs.ConnectorByID(id.Text)
	if !ok || !c.IsStream() {
		return Stream{}, false
	}
	param := func(name string) string {
		v, _ := lookUp(source, "params."+name)
		return v.Text
	}
	s := Stream{Pushed: c.IsPushed(), Webhook: c.IsWebhook(), Latest: strings.EqualFold(param("reset"), "latest")}
	var names []string
	for _, k := range c.StreamKeys() {
		if k.Reader {
			name := cmp.Or(param(k.Name), k.Default)
			if project, id := specs.SplitProject(name); project != "" {
				s.Place, name = project, id
			}
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		s.Reader, s.What = c.Name+" "+strings.Join(names, " "), c.ReaderNoun()
		base, _ := source.Get("baseConnectionId")
		if s.Base = base.Text; base.Kind == RefValue {
			s.Base = base.Ref.String()
		}
	}
	return s, true
}

// ReaderPlace is specs.Connector.ReaderPlace of the body of a connection.
func ReaderPlace(connection Value) string {
	id, _ := lookUp(connection, "connectionSpec.id")
	c, _, _ := specs.ConnectorByID(id.Text)
	return c.ReaderPlace(func(name string) string {
		v, _ := lookUp(connection, "auth.params."+name)
		return v.Text
	})
}

// HasReader reports whether the body of a source connection describes a stream that one
// flow alone can read. It decodes only bodies that may be such.
func (b Body) HasReader() bool {
	for _, id := range specs.ExclusiveConnectors() {
		if bytes.Contains(b.json, []byte(id)) {
			v, err := Parse(b.json)
			if err != nil {
				return false
			}
			s, _ := StreamOf(v)
			return s.Reader != ""
		}
	}
	return false
}

// MayHaveReader reports whether the flow specification of a flow takes streams that one
// flow alone can read.
func MayHaveReader(flow Value) bool {
	id, _ := lookUp(flow, "flowSpec.id")
	f, _ := specs.FlowSpecByID(id.Text)
	return slices.ContainsFunc(specs.ExclusiveConnectors(), f.Takes)
}

// IsStream reports whether the body of a flow is that of a stream: it has no schedule and
// no runs, and the platform documents no change of what it does.
func IsStream(flow Value) bool {
	id, _ := lookUp(flow, "flowSpec.id")
	f, _ := specs.FlowSpecByID(id.Text)
	return f.Streams
}
