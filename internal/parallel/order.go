package parallel

import (
	"runtime"

	"github.com/aepflow/aepflow/internal/bug"
)

// InOrder fills places, works on them on all cores, and takes them in the order in which they
// were filled. worker returns what one core does; only that runs on other goroutines. fill
// reports whether more is to come. The places, two for each core, are used again and again.
// The first error of take ends all and is returned.
func InOrder[T any](worker func() func(*T), fill func(*T) bool, take func(*T) error) error {
	type place struct {
		value T
		done  chan error // a panic, or nil
	}
	places := make([]place, 2*runtime.GOMAXPROCS(0))
	waiting := make(chan *place, len(places))
	var cores bug.Group
	defer cores.Wait()
	defer close(waiting)
	for range len(places) / 2 {
		work := worker()
		cores.Go(func() {
			for p := range waiting {
				p.done <- bug.Catch(func() { work(&p.value) })
			}
		})
	}
	filled := 0
	more := true
	for taken := 0; more || taken < filled; {
		if p := &places[filled%len(places)]; more && filled-taken < len(places) {
			p.done = make(chan error, 1)
			more = fill(&p.value)
			filled++
			waiting <- p
			continue
		}
		p := &places[taken%len(places)]
		if err := <-p.done; err != nil {
			panic(err)
		}
		if err := take(&p.value); err != nil {
			return err
		}
		taken++
	}
	return nil
}
