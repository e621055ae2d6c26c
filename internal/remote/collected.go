package remote

import "sync"

// collected is a list that several goroutines append to.
type collected[T any] struct {
	mu  sync.Mutex
	all []T
}

func (c *collected[T]) add(items ...T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, items...)
}
