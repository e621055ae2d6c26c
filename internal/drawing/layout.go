package drawing

import (
	"cmp"
	"iter"
	"slices"
)

// A layered layout: layers from left to right so that all edges lead right, few
// crossings, short edges.
//
//	layers       longest path from the sources, then pulled toward the successors
//	crossings    some sweeps that sort each layer by the mean position of its neighbors
//	coordinates  some sweeps that move each vertex to the mean height of its neighbors
//
// An edge that spans layers has a dummy vertex in each. Ties are broken by index, so
// the same graph has the same layout.

// vertex is a node or the dummy of an edge.
type vertex struct {
	node        int // index of the node, -1 for a dummy
	layer       int
	position    int // in its layer
	y           float64
	height      float64
	left, right []int // neighbors in the adjacent layers
}

type layout struct {
	vertices []vertex
	layers   [][]int // vertices of each layer, from the top
	routes   [][]int // vertices of each edge, from left to right
}

const (
	boxHeight   = 32.0
	dummyHeight = 8.0
	rowGap      = 14.0
	sweeps      = 12
)

func layOut(nodes []Node) layout {
	l := layout{}
	depth := layersOf(nodes)
	for i := range nodes {
		l.vertices = append(l.vertices, vertex{node: i, layer: depth[i], height: boxHeight})
	}
	for i, n := range nodes {
		for _, from := range n.From {
			l.route(from, i)
		}
	}
	for v := range l.vertices {
		for len(l.layers) <= l.vertices[v].layer {
			l.layers = append(l.layers, nil)
		}
		l.layers[l.vertices[v].layer] = append(l.layers[l.vertices[v].layer], v)
	}
	for _, layer := range l.layers {
		l.number(layer)
	}
	for s := range sweeps {
		l.reorder(s%2 == 0)
	}
	l.assignHeights()
	return l
}

// layersOf returns the layer of each node: as far right as the leftmost of its
// successors allows, so that edges are short.
func layersOf(nodes []Node) []int {
	depth := make([]int, len(nodes))
	state := make([]int, len(nodes)) // 0 new, 1 open, 2 done
	var visit func(int) int
	visit = func(i int) int {
		if state[i] == 1 { // a cycle
			return 0
		}
		if state[i] == 2 {
			return depth[i]
		}
		state[i] = 1
		d := 0
		for _, from := range nodes[i].From {
			d = max(d, visit(from)+1)
		}
		depth[i], state[i] = d, 2
		return d
	}
	order := make([]int, len(nodes))
	for i := range nodes {
		visit(i)
		order[i] = i
	}
	successors := make([][]int, len(nodes))
	for i, n := range nodes {
		for _, from := range n.From {
			successors[from] = append(successors[from], i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(depth[b], depth[a]) })
	for _, i := range order {
		if len(successors[i]) == 0 {
			continue
		}
		nearest := depth[successors[i][0]]
		for _, s := range successors[i] {
			nearest = min(nearest, depth[s])
		}
		depth[i] = max(depth[i], nearest-1)
	}
	return depth
}

// route adds an edge with a dummy in each layer between its ends.
func (l *layout) route(from, to int) {
	path := []int{from}
	for layer := l.vertices[from].layer + 1; layer < l.vertices[to].layer; layer++ {
		l.vertices = append(l.vertices, vertex{node: -1, layer: layer, height: dummyHeight})
		path = append(path, len(l.vertices)-1)
	}
	path = append(path, to)
	for i := 1; i < len(path); i++ {
		a, b := path[i-1], path[i]
		l.vertices[a].right = append(l.vertices[a].right, b)
		l.vertices[b].left = append(l.vertices[b].left, a)
	}
	l.routes = append(l.routes, path)
}

func (l *layout) number(layer []int) {
	for i, v := range layer {
		l.vertices[v].position = i
	}
}

// reorder sorts each layer by the mean position of its neighbors on one side.
func (l *layout) reorder(fromLeft bool) {
	for layer := range l.sweep(fromLeft) {
		mean := make(map[int]float64, len(layer))
		for _, v := range layer {
			near := l.vertices[v].left
			if !fromLeft {
				near = l.vertices[v].right
			}
			mean[v] = l.mean(near, float64(l.vertices[v].position), func(v vertex) float64 { return float64(v.position) })
		}
		slices.SortStableFunc(layer, func(a, b int) int { return cmp.Compare(mean[a], mean[b]) })
		l.number(layer)
	}
}

// sweep visits the layers from the left or from the right.
func (l *layout) sweep(fromLeft bool) iter.Seq[[]int] {
	if fromLeft {
		return slices.Values(l.layers)
	}
	return func(yield func([]int) bool) {
		for _, layer := range slices.Backward(l.layers) {
			if !yield(layer) {
				return
			}
		}
	}
}

// mean returns the mean of a property of vertices, or what it is without any.
func (l *layout) mean(vertices []int, without float64, of func(vertex) float64) float64 {
	if len(vertices) == 0 {
		return without
	}
	sum := 0.0
	for _, v := range vertices {
		sum += of(l.vertices[v])
	}
	return sum / float64(len(vertices))
}

// assignHeights sets y of every vertex: first stacked, then moved toward its neighbors.
// The topmost box is at 0.
func (l *layout) assignHeights() {
	for _, layer := range l.layers {
		y := 0.0
		for _, v := range layer {
			l.vertices[v].y = y + l.vertices[v].height/2
			y += l.vertices[v].height + rowGap
		}
	}
	for s := range sweeps {
		for layer := range l.sweep(s%2 == 0) {
			l.align(layer)
		}
	}
	top := 0.0
	for i, v := range l.vertices {
		if t := v.y - v.height/2; i == 0 || t < top {
			top = t
		}
	}
	for i := range l.vertices {
		l.vertices[i].y -= top
	}
}

// align moves each vertex of a layer to the mean height of its neighbors and then
// separates what overlaps, as far up as down, keeping the order.
func (l *layout) align(layer []int) {
	want := make([]float64, len(layer))
	for i, v := range layer {
		x := l.vertices[v]
		want[i] = l.mean(slices.Concat(x.left, x.right), x.y, func(v vertex) float64 { return v.y })
	}
	gap := func(i int) float64 { // least distance between i-1 and i
		return (l.vertices[layer[i-1]].height+l.vertices[layer[i]].height)/2 + rowGap
	}
	down, up := slices.Clone(want), slices.Clone(want)
	for i := 1; i < len(layer); i++ {
		down[i] = max(down[i], down[i-1]+gap(i))
	}
	for i := len(layer) - 2; i >= 0; i-- {
		up[i] = min(up[i], up[i+1]-gap(i+1))
	}
	for i, v := range layer {
		l.vertices[v].y = (down[i] + up[i]) / 2
	}
}
