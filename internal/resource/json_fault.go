package resource

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// JSONFault puts a decoder's complaint into our words.
func JSONFault(err error) string {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("no valid JSON at byte %d", syntax.Offset)
	case errors.As(err, &typ):
		return fmt.Sprintf("the value of %q has the wrong type at byte %d", typ.Field, typ.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it ends too early"
	}
	if _, field, ok := strings.Cut(err.Error(), "unknown field "); ok {
		return "unknown key " + field
	}
	return err.Error()
}
