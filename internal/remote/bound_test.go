package remote

import (
	"context"
	"strings"
	"testing"

	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/internal/resource"
)

type oneFlow struct{}

func (oneFlow) Do(context.Context, platform.Request) (platform.Response, error) {
	return platform.Response{Status: 200, Body: []byte(`{"items":[{"id":"a"}]}`)}, nil
}

// TestInventoryIsBounded: the objects of a sandbox may have so many bytes together, and no more.
func TestInventoryIsBounded(t *testing.T) {
	for most, fits := range map[int64]bool{10: true, 9: false} { // `{"id":"a"}`
		v := NewInventory(oneFlow{}, Options{})
		v.most = most
		_, err := v.Lists(t.Context(), resource.Flow)
		if (err == nil) != fits || err != nil && !strings.Contains(err.Error(), "list /data/foundation/flowservice/flows: ") {
			t.Errorf("%d bytes: %v", most, err)
		}
	}
}
