package applier

import (
	"errors"
	"slices"
)

// setHeights sets the heights of tasks, from those that no other waits for backward. It refuses a
// plan whose calls wait for one another in a cycle.
func setHeights(tasks []task) error {
	left := make([]int, len(tasks))
	var order []int
	for i, t := range tasks {
		if left[i] = len(t.then); left[i] == 0 {
			order = append(order, i)
		}
	}
	for k := 0; k < len(order); k++ {
		t := tasks[order[k]]
		for _, n := range t.after {
			tasks[n].height = max(tasks[n].height, t.height+1)
			if left[n]--; left[n] == 0 {
				order = append(order, n)
			}
		}
	}
	if len(order) != len(tasks) {
		return errors.New("order the calls: some of them wait for one another in a cycle")
	}
	return nil
}

// setBatches puts tasks that lead to one end next to each other, and cuts their row into batches of
// a size. With the longest chains of all first, every schema would come before the first dataflow:
// an interrupted apply would leave thousands of objects begun and no dataflow done. The last batch
// is a whole one, so that there is enough beside the last chains to keep the slots busy.
func setBatches(tasks []task, size int) {
	const (
		opened = 1 + iota // what it comes after is on its way into the row
		placed
	)
	mark := make([]uint8, len(tasks))
	var row, path []int
	for end := range tasks {
		if len(tasks[end].then) == 0 {
			path = append(path, end)
		}
		for len(path) > 0 {
			i := path[len(path)-1]
			if mark[i] == 0 {
				mark[i] = opened
				for _, n := range slices.Backward(tasks[i].after) {
					if mark[n] == 0 {
						path = append(path, n)
					}
				}
				continue
			}
			path = path[:len(path)-1]
			if mark[i] == opened {
				mark[i] = placed
				row = append(row, i)
			}
		}
	}
	for k, i := range row {
		tasks[i].batch = -((len(row) - 1 - k) / size)
	}
}

// taskHeap orders tasks by batch, then the longest chain first, which with few slots is what keeps
// the whole short, then as the plan does.
type taskHeap struct {
	tasks []task
	order []int
}

func (h *taskHeap) Len() int { return len(h.order) }

func (h *taskHeap) Less(i, j int) bool {
	a, b := h.order[i], h.order[j]
	x, y := &h.tasks[a], &h.tasks[b]
	switch {
	case x.batch != y.batch:
		return x.batch < y.batch
	case x.height != y.height:
		return x.height > y.height
	}
	return a < b
}

func (h *taskHeap) Swap(i, j int) { h.order[i], h.order[j] = h.order[j], h.order[i] }
func (h *taskHeap) Push(x any)    { h.order = append(h.order, x.(int)) }
func (h *taskHeap) Pop() any {
	last := len(h.order) - 1
	x := h.order[last]
	h.order = h.order[:last]
	return x
}
