package rows

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// mark may be the first bytes of a text file. It says that the file is UTF-8.
const mark = "\ufeff"

// jsonPeek is how much of a file says which form of JSON it has.
const jsonPeek = 1 << 16

// openJSON reads an array of objects, objects on one line each, or objects one after the other.
func openJSON(stream io.Reader) (*Reader, error) {
	in := bufio.NewReaderSize(stream, jsonPeek)
	if begin, _ := in.Peek(len(mark)); string(begin) == mark {
		_, _ = in.Discard(len(mark))
	}
	line := 0 // lines before the first value
	for {
		c, err := in.Peek(1)
		if err != nil || !bytes.Contains([]byte(jsonSpace), c) {
			break
		}
		if c[0] == '\n' {
			line++
		}
		_, _ = in.Discard(1)
	}
	begin, _ := in.Peek(jsonPeek)
	if isJSONLines(begin) {
		lines := jsonLines{in: in, line: line}
		return &Reader{next: lines.next}, nil
	}
	values := jsonValues{decoder: json.NewDecoder(in), isList: len(begin) > 0 && begin[0] == '['}
	if values.isList {
		if _, err := values.decoder.Token(); err != nil {
			return nil, readError("JSON", err)
		}
	}
	return &Reader{next: values.next}, nil
}

// jsonSpace is what may be around values.
const jsonSpace = " \t\r\n"

// isJSONLines reports whether a file that begins so has one object a line, and not objects of several lines: its first
// line is whole, or the second one begins with an object, too.
func isJSONLines(begin []byte) bool {
	if !bytes.HasPrefix(begin, []byte("{")) {
		return false
	}
	first, rest, _ := bytes.Cut(begin, []byte("\n"))
	rest = bytes.TrimLeft(rest, "\r\n")
	if len(rest) == 0 || rest[0] == '{' {
		return true
	}
	_, err := objectsOf(bytes.Trim(first, jsonSpace))
	return err == nil
}

// objectsOf are the objects of a line. All lines of a file may be corrupt, so it takes no decoder to find that out.
func objectsOf(line []byte) (list [][]byte, err error) {
	for {
		value, rest := line, []byte(nil)
		if !json.Valid(line) {
			if value, rest, err = firstOf(line); err != nil {
				return nil, err
			}
		}
		if value[0] != '{' {
			return nil, errNoObject
		}
		if list = append(list, value); len(rest) == 0 {
			return list, nil
		}
		line = rest
	}
}

// firstOf cuts a line that is not one value after the first one.
func firstOf(line []byte) (value, rest []byte, err error) {
	err = json.Unmarshal(line, &value)
	syntax, isSyntax := errors.AsType[*json.SyntaxError](err)
	if !isSyntax || syntax.Offset == 0 {
		return nil, nil, err
	}
	if value, rest = line[:syntax.Offset-1], line[syntax.Offset-1:]; !json.Valid(value) {
		return nil, nil, err
	}
	return bytes.Trim(value, jsonSpace), rest, nil
}

var (
	errNoObject  = errors.New("it is not a JSON object")
	errAfterList = errors.New("the file has more than one list")
)

// jsonLines reads objects on one line each. A line that is not JSON does not end it.
type jsonLines struct {
	in      *bufio.Reader
	line    int
	long    []byte   // of a line that does not fit into the buffer
	objects [][]byte // of the line that are not read yet
}

func (l *jsonLines) next() (Row, error) {
	for len(l.objects) == 0 {
		text, err := l.read()
		if err != nil {
			return Row{}, readError("JSON", err)
		}
		l.line++
		if text = bytes.Trim(text, jsonSpace); len(text) == 0 {
			continue
		}
		if l.objects, err = objectsOf(text); err != nil {
			return Row{Corrupt: &jsonFault{l.line, err}, Text: cut(text)}, nil
		}
	}
	row := Row{Object: l.objects[0]}
	l.objects = l.objects[1:]
	return row, nil
}

// read returns a line, which is valid until the next one is read.
func (l *jsonLines) read() ([]byte, error) {
	text, err := l.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		l.long = l.long[:0]
		for errors.Is(err, bufio.ErrBufferFull) {
			l.long = append(l.long, text...)
			text, err = l.in.ReadSlice('\n')
		}
		l.long = append(l.long, text...)
		text = l.long
	}
	if errors.Is(err, io.EOF) && len(text) > 0 {
		err = nil
	}
	return text, err
}

// jsonFault is why a line is not an object.
type jsonFault struct {
	line int
	err  error
}

func (f *jsonFault) Error() string {
	what := "it is not JSON: " + f.err.Error()
	switch {
	case f.err.Error() == "unexpected end of JSON input": // has no value of its own
		what = "its object is cut off; write each object on one line"
	case errors.Is(f.err, errNoObject):
		what = f.err.Error()
	}
	return fmt.Sprintf("line %d: %s", f.line, what)
}

// jsonValues reads the objects of a list, or objects one after the other.
type jsonValues struct {
	decoder *json.Decoder
	isList  bool
	row     int
}

func (v *jsonValues) next() (Row, error) {
	if v.isList && !v.decoder.More() {
		if _, err := v.decoder.Token(); err != nil {
			return Row{}, readError("JSON", errors.Join(err, io.ErrUnexpectedEOF))
		}
		if _, err := v.decoder.Token(); !errors.Is(err, io.EOF) {
			return Row{}, errAfterList
		}
		return Row{}, io.EOF
	}
	var row json.RawMessage
	if err := v.decoder.Decode(&row); err != nil {
		switch {
		case errors.Is(err, io.EOF) && v.isList:
			err = io.ErrUnexpectedEOF // after a comma
		case errors.Is(err, io.EOF):
			return Row{}, io.EOF
		}
		return Row{}, readError("JSON", err)
	}
	if v.row++; row[0] != '{' {
		return Row{Corrupt: &Fault{fmt.Sprintf("row %d", v.row), errNoObject.Error()}, Text: cut(row)}, nil
	}
	return Row{Object: row}, nil
}

// cut is the beginning of the text of a corrupt row.
func cut(text []byte) []byte { return text[:min(len(text), maxCorrupt)] }

// safe is the schema of integers that need 64 bits.
func safe() object {
	return object{"type": "integer", "minimum": int64(-9007199254740992), "maximum": int64(9007199254740991)}
}

// schemaOf describes one value; null has the empty schema.
func schemaOf(v any) object {
	switch v := v.(type) {
	case object:
		properties := object{}
		for name, member := range v {
			properties[name] = schemaOf(member)
		}
		return object{"type": "object", "properties": properties}
	case []any:
		items := object{}
		for _, e := range v {
			items = merge(items, schemaOf(e))
		}
		return object{"type": "array", "items": items}
	case string:
		return object{"type": "string"}
	case bool:
		return object{"type": "boolean"}
	case json.Number:
		n, err := v.Int64()
		switch {
		case err != nil:
			return object{"type": "number"}
		case n < -1<<31 || n >= 1<<31:
			return safe()
		}
		return object{"type": "integer"}
	}
	return object{}
}

// merge describes values of two schemas, and changes them: each is used once. The empty one adds nothing; types that do
// not go together leave nothing to say.
func merge(a, b object) object {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	types := []string{a["type"].(string), b["type"].(string)}
	slices.Sort(types)
	switch {
	case types[0] == "object" && types[1] == "object":
		properties := a["properties"].(object)
		for name, s := range b["properties"].(object) {
			known, _ := properties[name].(object)
			properties[name] = merge(known, s.(object))
		}
		return object{"type": "object", "properties": properties}
	case types[0] == "array" && types[1] == "array":
		return object{"type": "array", "items": merge(a["items"].(object), b["items"].(object))}
	case types[0] == types[1]:
		if len(b) > len(a) {
			return b // an integer of 64 bits
		}
		return a
	case types[0] == "integer" && types[1] == "number":
		return object{"type": "number"}
	}
	return object{"type": "string"}
}
