package resource

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/source"
)

// slowParse is Parse by the tokens of the library.
func slowParse(text []byte) (Value, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	v, err := slowValue(dec)
	if err == nil && dec.More() {
		err = fmt.Errorf("more than one value")
	}
	return v, err
}

func slowValue(dec *json.Decoder) (Value, error) {
	tok, err := dec.Token()
	if err != nil {
		return Value{}, err
	}
	switch t := tok.(type) {
	case bool:
		return Bool(t), nil
	case json.Number:
		return Number(t.String()), nil
	case string:
		return parseString(t)
	case json.Delim:
		v := List()
		if t == '{' {
			v = Object()
		}
		for dec.More() {
			if t == '{' {
				key, err := dec.Token()
				if err != nil {
					return Value{}, err
				}
				w, err := slowValue(dec)
				if err != nil {
					return Value{}, err
				}
				v.Fields = append(v.Fields, F(key.(string), w))
				continue
			}
			w, err := slowValue(dec)
			if err != nil {
				return Value{}, err
			}
			v.Items = append(v.Items, w)
		}
		_, err := dec.Token()
		return v, err
	}
	return Value{}, nil
}

// FuzzParse: what the library reads is read the same, and prints and reads to
// itself; what it refuses is refused.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		`null`, ` true `, `false`, `-1.5e+3`, `""`, `{}`, `[]`, "[1, 2 ,\t3\n]",
		`{"a":{"b":[{},[],null]},"c":"\u00e9\"\\\/"}`,
		`"${flow.a.id}"`, `"$${x}"`, `"${env.A}"`, `"${time.start}"`, `"${nothing}"`, "\"\xff\"", `"\ud800"`,
		`{"a":1,"a":2}`, `{"a"}`, `[1,]`, `[1 2]`, `{"a":1}}`, ``, ` `, `"a`, `tru`, `01`, `{"a":"b","c"`, "\"\n\"",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		want, slow := slowParse(text)
		got, err := Parse(text)
		if !json.Valid(text) {
			if err == nil {
				t.Fatalf("read %q, which is not JSON", text)
			}
			return
		}
		if (err == nil) != (slow == nil) {
			t.Fatalf("%q: %v, by tokens %v", text, err, slow)
		}
		if err != nil {
			return
		}
		if !reflect.DeepEqual(want, got) { // Equal would leave out order and repeats
			t.Fatalf("%q reads as %v, by tokens as %v", text, got, want)
		}
		again, err := Parse(got.JSON())
		if err != nil || !reflect.DeepEqual(got, again) {
			t.Fatalf("%q prints as %s, which reads as %v, %v", text, got.JSON(), again, err)
		}
	})
}

func TestBodyKeepsBytesAndPlaces(t *testing.T) {
	file := source.NewFile("a.yaml", []byte("title: orders\ncolumns: [a, b]\n"))
	schema := Address{Schema, "orders"}
	v := Object(
		F("name", String("orders").At(file.Span(7, 13))),
		F("tags", List(String("a").At(file.Span(24, 25)), String("b").At(file.Span(27, 28))).At(file.Span(23, 29))),
		F("schemaRef", Object(F("id", Reference(schema, "id")))),
		F("text", String("${not a reference} <&>")),
		F("start", Start()), F("secret", Secret("env.PW")), F("n", Number("1.50")), F("on", Bool(true)), F("none", Value{}),
	)
	const want = `{"name":"orders","tags":["a","b"],"schemaRef":{"id":"${schema.orders.id}"},"text":"$${not a reference} <&>",` +
		`"start":"${time.start}","secret":"${env.PW}","n":1.50,"on":true,"none":null}`
	body := NewBody(v)
	if got := string(body.JSON()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if cap(body.JSON()) > 2*len(want) {
		t.Errorf("%d bytes take the room of %d", len(want), cap(body.JSON()))
	}
	back, err := body.Value()
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(v, back) {
		t.Errorf("a body reads as %v, it was made of %v", back, v)
	}
	for _, f := range v.Fields {
		if got, ok := body.Member(f.Name); !ok || !got.Equal(f.Value) {
			t.Errorf("member %s is %v, %v", f.Name, got, ok)
		}
	}
	if got, ok := body.Member("id"); ok {
		t.Errorf("it has no member id, got %v", got)
	}
	needs := NeedsOf(v, Edge{To: Address{Union, "orders"}, Via: "profile"})
	if got := fmt.Sprint(needs); got != "[{schema.orders schemaRef.id} {union.orders profile}]" {
		t.Errorf("needs %s", got)
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":}`:            "read JSON: no valid JSON at byte 5",
		`1 2`:               "read JSON: more than one value",
		`"${nothing}"`:      "expected ${KIND.NAME.FIELD}",
		`"${stream.a.id}"`:  "unknown kind",
		`["${flow.a b.id}]`: "read JSON",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q in it", text, err, want)
		}
	}
}
