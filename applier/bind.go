package applier

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/specs"
)

// A leafBinder returns the JSON of a value that is bound when it is sent: a
// reference, a secret, or the start of a schedule.
type leafBinder func(at resource.Path, v resource.Value) ([]byte, error)

// bindBody rewrites the compact JSON of a body to what goes over the wire. It
// works on the text, string by string: nothing else in a body ever changes, and
// a tree of each of many thousand bodies would cost more than the call.
func bindBody(body []byte, tenant string, bind leafBinder) ([]byte, error) {
	s := scanner{text: body, tenant: tenant, bind: bind, out: make([]byte, 0, len(body)+64)}
	if err := s.value(); err != nil {
		return nil, err
	}
	return s.out, nil
}

// bindable is a value of a body that is bound when it is sent, with its printed path.
type bindable struct {
	at string
	resource.Value
}

// bindables returns the values of a body that are bound when they are sent.
func bindables(body []byte) ([]bindable, error) {
	var out []bindable
	_, err := bindBody(body, "", func(at resource.Path, v resource.Value) ([]byte, error) {
		out = append(out, bindable{at.String(), v})
		return nil, nil
	})
	return out, err
}

type scanner struct {
	text   []byte
	at     int
	out    []byte
	path   []place // of the value at hand; a Path is made only where one is asked for
	tenant string
	bind   leafBinder
}

// place is one step of a path: a key with its quotes, or an index.
type place struct {
	key   []byte
	index int
}

func (s *scanner) here() resource.Path {
	p := make(resource.Path, len(s.path))
	for i, at := range s.path {
		if at.key == nil {
			p[i] = resource.Step{Index: at.index, Sort: resource.IndexStep}
			continue
		}
		p[i] = resource.Step{Name: text(at.key)}
	}
	return p
}

func (s *scanner) value() error {
	if s.at >= len(s.text) {
		return fmt.Errorf("bind body: it ends too early")
	}
	switch s.text[s.at] {
	case '"':
		return s.leaf()
	case '{':
		return s.group('}', true)
	case '[':
		return s.group(']', false)
	}
	for s.at < len(s.text) && s.text[s.at] != ',' && s.text[s.at] != ']' && s.text[s.at] != '}' {
		s.take()
	}
	return nil
}

// group scans the members of an object or the elements of a list.
func (s *scanner) group(end byte, keyed bool) error {
	s.take()
	depth := len(s.path)
	for i := 0; s.at < len(s.text); i++ {
		if s.text[s.at] == end {
			s.take()
			return nil
		}
		if i > 0 {
			s.take() // the comma
		}
		step := place{index: i}
		if keyed {
			step.key = s.token()
			s.copy(step.key)
			s.take() // the colon
		}
		s.path = append(s.path, step)
		if err := s.value(); err != nil {
			return err
		}
		s.path = s.path[:depth]
	}
	return fmt.Errorf("bind body: it ends too early")
}

// copy writes a string with the tenant put in.
func (s *scanner) copy(tok []byte) {
	if !bytes.Contains(tok, []byte(specs.TenantPlaceholder)) {
		s.out = append(s.out, tok...)
		return
	}
	s.out = append(s.out, specs.BindTenant(string(tok), s.tenant)...)
}

func (s *scanner) take() {
	if s.at < len(s.text) {
		s.out = append(s.out, s.text[s.at])
		s.at++
	}
}

// token returns a string with its quotes and moves past it.
func (s *scanner) token() []byte {
	from := s.at
	for s.at++; s.at < len(s.text) && s.text[s.at] != '"'; s.at++ {
		if s.text[s.at] == '\\' {
			s.at++
		}
	}
	s.at = min(s.at+1, len(s.text))
	return s.text[from:s.at]
}

func (s *scanner) leaf() error {
	tok := s.token()
	if !bytes.Contains(tok, []byte("${")) {
		s.copy(tok)
		return nil
	}
	v, err := resource.Parse(tok)
	if err != nil {
		return fmt.Errorf("bind %s: %w", s.here(), err)
	}
	if v.Kind == resource.StringValue { // only an escaped `$${`
		s.out = append(s.out, quote(specs.BindTenant(v.Text, s.tenant))...)
		return nil
	}
	bound, err := s.bind(s.here(), v)
	if err != nil {
		return err
	}
	s.out = append(s.out, bound...)
	return nil
}

// text decodes a JSON string.
func text(tok []byte) string {
	if !bytes.Contains(tok, []byte{'\\'}) && len(tok) >= 2 {
		return string(tok[1 : len(tok)-1])
	}
	var s string
	_ = json.Unmarshal(tok, &s) // a body of ours is valid JSON
	return s
}

// quote prints a JSON string without HTML escapes.
func quote(s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'})
}

// bindURL puts ids and the tenant into a path. Each reference is one step of the
// path, so all of it is encoded: the id of a schema is itself a URL.
func bindURL(url, tenant string, id func(resource.Ref) (string, error)) (string, error) {
	url = strings.ReplaceAll(url, specs.TenantPlaceholder, tenant)
	url = strings.ReplaceAll(url, specs.EscapeID(specs.TenantPlaceholder), specs.EscapeID(tenant))
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(url, "${")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return "", fmt.Errorf("bind URL %s: missing } of a reference", url)
		}
		v, err := resource.Parse(quote("${" + name + "}"))
		if err != nil {
			return "", fmt.Errorf("bind URL: %w", err)
		}
		if v.Kind != resource.RefValue {
			return "", fmt.Errorf("bind URL: ${%s} is not a reference to a resource", name)
		}
		s, err := id(v.Ref)
		if err != nil {
			return "", err
		}
		b.WriteString(specs.EscapeID(s))
		url = after
	}
}

// hasTenant reports whether a text of a plan names the tenant.
func hasTenant(s []byte) bool {
	return bytes.Contains(s, []byte(specs.TenantPlaceholder)) ||
		bytes.Contains(s, []byte(specs.EscapeID(specs.TenantPlaceholder)))
}
