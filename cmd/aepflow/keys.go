package main

import (
	"context"
	"fmt"

	"github.com/aepflow/aepflow/internal/platform"
	"github.com/aepflow/aepflow/planner"
)

// checkKeys reads the keys of the encrypted files that the changed dataflows of a plan read, and reports those that do
// not exist, have expired, or soon will.
func (a *app) checkKeys(ctx context.Context, p *project, conn *connection, plan *planner.Plan) error {
	found := map[string]planner.Key{}
	for _, id := range planner.Keys(plan, p.graph) {
		k, err := readKey(ctx, conn, id)
		if err != nil {
			return fmt.Errorf("read an encryption key: %w", err)
		}
		found[id] = k
	}
	return a.diagnose(planner.CheckKeys(plan, p.graph, found, a.now()))
}

func readKey(ctx context.Context, conn *connection, id string) (planner.Key, error) {
	expires, err := platform.KeyExpiry(ctx, conn.Client, id)
	switch {
	case platform.IsNotFound(err):
		return planner.Key{Absent: true}, nil
	case platform.IsForbidden(err):
		return planner.Key{Hidden: true}, nil
	}
	return planner.Key{Expires: expires}, err
}
