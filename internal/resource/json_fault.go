package resource

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// JSONFault returns what is wrong with a JSON text, from the error of its decoder.
func JSONFault(err error) string {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	var text *jsontext.SyntacticError
	var meaning *jsonv2.SemanticError
	switch {
	case errors.As(err, &meaning) && errors.Is(err, jsonv2.ErrUnknownName):
		return fmt.Sprintf("unknown key %q", meaning.JSONPointer.LastToken())
	case errors.As(err, &meaning) && meaning.JSONKind != 0:
		field := strings.ReplaceAll(strings.TrimPrefix(string(meaning.JSONPointer), "/"), "/", ".")
		return fmt.Sprintf("the value of %q has the wrong type at byte %d", field, meaning.ByteOffset)
	case errors.As(err, &syntax):
		return fmt.Sprintf("no valid JSON at byte %d", syntax.Offset)
	case errors.As(err, &typ):
		return fmt.Sprintf("the value of %q has the wrong type at byte %d", typ.Field, typ.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it ends too early"
	case errors.As(err, &text):
		return fmt.Sprintf("no valid JSON at byte %d", text.ByteOffset)
	}
	if _, field, ok := strings.Cut(err.Error(), "unknown field "); ok {
		return "unknown key " + field
	}
	return err.Error()
}
