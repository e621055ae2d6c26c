package view

import (
	"cmp"
	"slices"
)

// This file places the nodes of a picture: layers from left to right so that
// all arrows point right, few crossings, short edges. The steps are the usual
// ones for layered drawings:
//
//	layer    longest path from what needs nothing, then pulled towards its users
//	order    some sweeps that sort each layer by the mean place of its neighbours
//	place    some passes that move each node to the mean height of its neighbours
//
// An edge over several layers gets a bend in each layer that it passes, placed
// like a node. Everything is decided by index, so the drawing is the same each time.

// vertex is a node or a bend of an edge.
type vertex struct {
	node        int // index in Picture.Nodes, -1 for a bend
	layer       int
	place       int // in its layer
	y           float64
	height      float64
	left, right []int // neighbours in the layers beside it
}

// route is an edge with its bends, from left to right.
type route struct{ path []int }

type layout struct {
	vertices []vertex
	layers   [][]int // vertices of each layer, from the top
	routes   []route
}

const (
	boxHeight  = 32.0
	bendHeight = 8.0
	rowGap     = 14.0
	sweeps     = 12
)

// place lays a picture out.
func place(p Picture) layout {
	l := layout{}
	index := p.index()
	depth := depths(p)
	for i := range p.Nodes {
		l.vertices = append(l.vertices, vertex{node: i, layer: depth[i], height: boxHeight})
	}
	for i, n := range p.Nodes {
		for _, e := range n.Needs {
			l.route(index[e.To], i)
		}
	}
	for v := range l.vertices {
		for len(l.layers) <= l.vertices[v].layer {
			l.layers = append(l.layers, nil)
		}
		l.layers[l.vertices[v].layer] = append(l.layers[l.vertices[v].layer], v)
	}
	l.number()
	for s := range sweeps {
		l.sort(s%2 == 0)
	}
	l.heights()
	return l
}

// depths returns the layer of each node. Each node stands as far right as the
// leftmost of its users allows, so that edges are short.
func depths(p Picture) []int {
	index := p.index()
	depth := make([]int, len(p.Nodes))
	state := make([]int, len(p.Nodes)) // 0 new, 1 open, 2 done
	var visit func(int) int
	visit = func(i int) int {
		if state[i] == 1 { // a ring: the compiler refuses it, a drawing must still end
			return 0
		}
		if state[i] == 2 {
			return depth[i]
		}
		state[i] = 1
		d := 0
		for _, e := range p.Nodes[i].Needs {
			d = max(d, visit(index[e.To])+1)
		}
		depth[i], state[i] = d, 2
		return d
	}
	order := make([]int, len(p.Nodes))
	for i := range p.Nodes {
		visit(i)
		order[i] = i
	}
	users := make([][]int, len(p.Nodes))
	for i, n := range p.Nodes {
		for _, e := range n.Needs {
			users[index[e.To]] = append(users[index[e.To]], i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(depth[b], depth[a]) })
	for _, i := range order {
		nearest := -1
		for _, u := range users[i] {
			if nearest < 0 || depth[u] < nearest {
				nearest = depth[u]
			}
		}
		if nearest > 0 {
			depth[i] = max(depth[i], nearest-1)
		}
	}
	return depth
}

// route adds an edge with a bend in each layer between its ends.
func (l *layout) route(from, to int) {
	path := []int{from}
	for layer := l.vertices[from].layer + 1; layer < l.vertices[to].layer; layer++ {
		l.vertices = append(l.vertices, vertex{node: -1, layer: layer, height: bendHeight})
		path = append(path, len(l.vertices)-1)
	}
	path = append(path, to)
	for i := 1; i < len(path); i++ {
		a, b := path[i-1], path[i]
		l.vertices[a].right = append(l.vertices[a].right, b)
		l.vertices[b].left = append(l.vertices[b].left, a)
	}
	l.routes = append(l.routes, route{path})
}

func (l *layout) number() {
	for _, layer := range l.layers {
		for i, v := range layer {
			l.vertices[v].place = i
		}
	}
}

// sort orders each layer by the mean place of its neighbours on one side.
func (l *layout) sort(fromLeft bool) {
	for k := range l.layers {
		layer := l.layers[k]
		if !fromLeft {
			layer = l.layers[len(l.layers)-1-k]
		}
		mean := make(map[int]float64, len(layer))
		for _, v := range layer {
			near := l.vertices[v].left
			if !fromLeft {
				near = l.vertices[v].right
			}
			mean[v] = float64(l.vertices[v].place)
			if len(near) > 0 {
				sum := 0
				for _, n := range near {
					sum += l.vertices[n].place
				}
				mean[v] = float64(sum) / float64(len(near))
			}
		}
		slices.SortStableFunc(layer, func(a, b int) int { return cmp.Compare(mean[a], mean[b]) })
		for i, v := range layer {
			l.vertices[v].place = i
		}
	}
}

// heights sets y of every vertex: first stacked, then drawn towards neighbours.
func (l *layout) heights() {
	for _, layer := range l.layers {
		y := 0.0
		for _, v := range layer {
			l.vertices[v].y = y + l.vertices[v].height/2
			y += l.vertices[v].height + rowGap
		}
	}
	for s := range sweeps {
		for k := range l.layers {
			layer := l.layers[k]
			if s%2 == 1 {
				layer = l.layers[len(l.layers)-1-k]
			}
			l.settle(layer)
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

// settle moves each vertex of a layer to the mean height of its neighbours and
// then pushes apart what overlaps, as far up as down, keeping the order.
func (l *layout) settle(layer []int) {
	want := make([]float64, len(layer))
	for i, v := range layer {
		x := l.vertices[v]
		want[i] = x.y
		if n := len(x.left) + len(x.right); n > 0 {
			sum := 0.0
			for _, near := range [][]int{x.left, x.right} {
				for _, other := range near {
					sum += l.vertices[other].y
				}
			}
			want[i] = sum / float64(n)
		}
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
