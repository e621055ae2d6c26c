package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aepflow/aepflow/internal/specs"
)

// KeyExpiry reads until when a pair of keys for encrypted files is valid; zero when the
// platform does not say.
func KeyExpiry(ctx context.Context, d Doer, id string) (time.Time, error) {
	path := specs.ConnectorSetup + "/encryption/keys/" + specs.EscapeID(id)
	res, err := get(ctx, d, path, "")
	if err != nil {
		return time.Time{}, err
	}
	var key struct {
		ExpiryTime json.RawMessage `json:"expiryTime"` // seconds since 1970, as text or as a number
	}
	if err := json.Unmarshal(res.Body, &key); err != nil {
		return time.Time{}, fmt.Errorf("GET %s: %w%s", path, err, withID(res.RequestID))
	}
	text := strings.Trim(string(key.ExpiryTime), `"`)
	if text == "" || text == "null" {
		return time.Time{}, nil
	}
	// Four digits of a year: later times have no text form.
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds <= 0 || seconds > 253402300799 {
		return time.Time{}, fmt.Errorf("GET %s: expiryTime is not a time in seconds since 1970%s", path,
			withID(res.RequestID))
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// IsForbidden reports a 403 of the platform's own: this client may not do it.
func IsForbidden(err error) bool { return isRefusal(err, http.StatusForbidden) }
