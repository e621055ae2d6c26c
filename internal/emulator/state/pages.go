package state

import (
	"encoding/binary"
	"hash/fnv"
	"io"
)

// bbolt follows the page numbers, counts and sizes in its file as they stand:
// a wrong one makes it run in circles, ask for all memory, or write far beyond
// the end. soundPages reads every page that is in use before bbolt does and
// reports whether they make a tree inside of the file. What keys and values
// hold is not looked at.
func soundPages(f io.ReaderAt, size int64) bool {
	p, m := pageWalk{file: f}, meta{}
	if !p.findMeta(size, &m) || m.pages > uint64(size)/p.size || m.pages < 2 {
		return false
	}
	p.end, p.used = m.pages, make([]uint64, m.pages/64+1)
	p.use(0)
	p.use(1)
	return p.tree(m.root, 0) && p.free(m.freelist)
}

const (
	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10
	bucketLeaf   = 0x01
	PageHead     = 16
	pageElement  = 16
	bucketHead   = 16
	noFreelist   = ^uint64(0)
	// maxPageDepth is more than a tree of any size has.
	maxPageDepth = 32
)

var Native = binary.NativeEndian

// pageWalk walks the pages of a file.
type pageWalk struct {
	file io.ReaderAt
	size uint64   // of a page
	end  uint64   // the first page that is not used
	used []uint64 // a bit for each page
	idle [][]byte // pages that were looked at, to read others into
}

// use marks a page; false means that it was marked before.
func (p *pageWalk) use(id uint64) bool {
	bit := uint64(1) << (id % 64)
	before := p.used[id/64]
	p.used[id/64] |= bit
	return before&bit == 0
}

// meta is what one of the two first pages says; the newer one holds.
type meta struct {
	pageSize, root, freelist, pages, tx uint64
}

func (p *pageWalk) findMeta(size int64, m *meta) bool {
	var found bool
	read := func(at int64) {
		b := make([]byte, PageHead+64)
		if _, err := p.file.ReadAt(b, at); err != nil {
			return
		}
		b = b[PageHead:]
		sum := fnv.New64a()
		sum.Write(b[:56])
		next := meta{uint64(Native.Uint32(b[8:])), Native.Uint64(b[16:]), Native.Uint64(b[32:]), Native.Uint64(b[40:]),
			Native.Uint64(b[48:])}
		if Native.Uint32(b) != 0xED0CDAED || Native.Uint32(b[4:]) != 2 || Native.Uint64(b[56:]) != sum.Sum64() {
			return
		}
		if next.pageSize < 1024 || next.pageSize > 1<<24 || next.pageSize&(next.pageSize-1) != 0 || found &&
			next.pageSize != m.pageSize {
			return
		}
		if !found || next.tx > m.tx {
			*m = next
		}
		found = true
	}
	read(0)
	if found {
		read(int64(m.pageSize))
	}
	for at := int64(1024); !found && at < size && at <= 1<<24; at *= 2 {
		read(at)
	}
	p.size = m.pageSize
	return found
}

// read gives a page with those that continue it, nil when it is not whole,
// outside of the file, or in use already.
func (p *pageWalk) read(id uint64) []byte {
	if id >= p.end {
		return nil
	}
	var b []byte
	if n := len(p.idle); n > 0 {
		b, p.idle = p.idle[n-1], p.idle[:n-1]
	} else {
		b = make([]byte, p.size)
	}
	if _, err := p.file.ReadAt(b, int64(id*p.size)); err != nil || Native.Uint64(b) != id {
		return nil
	}
	more := uint64(Native.Uint32(b[12:]))
	if id+more >= p.end {
		return nil
	}
	for n := id; n <= id+more; n++ {
		if !p.use(n) {
			return nil
		}
	}
	if more == 0 {
		return b
	}
	b = append(b, make([]byte, more*p.size)...)
	if _, err := p.file.ReadAt(b[p.size:], int64((id+1)*p.size)); err != nil {
		return nil
	}
	return b
}

func (p *pageWalk) tree(id uint64, depth int) bool {
	b := p.read(id)
	if b == nil || depth > maxPageDepth {
		return false
	}
	defer func() { p.idle = append(p.idle, b[:p.size]) }()
	if Native.Uint16(b[8:]) == leafPage {
		return p.leaf(b, depth)
	}
	elements, ok := elementsOf(b, branchPage)
	for i := 0; ok && i < elements; i++ {
		e := b[PageHead+i*pageElement:]
		ok = inside(e, Native.Uint32(e), Native.Uint32(e[4:]), 0) && p.tree(Native.Uint64(e[8:]), depth+1)
	}
	return ok && elements > 0
}

// leaf checks a page of keys and values, and the buckets among them; a small
// bucket is a page inside of its value.
func (p *pageWalk) leaf(b []byte, depth int) bool {
	elements, ok := elementsOf(b, leafPage)
	for i := 0; ok && i < elements; i++ {
		e := b[PageHead+i*pageElement:]
		kind, at, key, value := Native.Uint32(e), Native.Uint32(e[4:]), Native.Uint32(e[8:]), Native.Uint32(e[12:])
		ok = inside(e, at, key, value)
		if !ok || kind&bucketLeaf == 0 {
			continue
		}
		bucket := e[uint64(at)+uint64(key):][:value]
		switch {
		case value < bucketHead || depth > maxPageDepth:
			ok = false
		case Native.Uint64(bucket) != 0:
			ok = p.tree(Native.Uint64(bucket), depth+1)
		default:
			ok = p.leaf(bucket[bucketHead:], depth+1)
		}
	}
	return ok
}

// elementsOf counts the elements of a page of a kind.
func elementsOf(b []byte, kind uint16) (n int, ok bool) {
	if len(b) < PageHead || Native.Uint16(b[8:]) != kind {
		return 0, false
	}
	n = int(Native.Uint16(b[10:]))
	return n, PageHead+n*pageElement <= len(b)
}

// inside reports whether key and value, which begin at an offset from their
// element, are on its page.
func inside(element []byte, at, key, value uint32) bool {
	return uint64(at)+uint64(key)+uint64(value) <= uint64(len(element))
}

// free checks the list of pages that are free.
func (p *pageWalk) free(id uint64) bool {
	if id == noFreelist {
		return true
	}
	b := p.read(id)
	if b == nil || Native.Uint16(b[8:]) != freelistPage {
		return false
	}
	ids := b[PageHead:]
	n := uint64(Native.Uint16(b[10:]))
	if n == 0xFFFF { // too many for the head: the first number counts them
		n, ids = Native.Uint64(ids), ids[8:]
	}
	if n > uint64(len(ids))/8 {
		return false
	}
	for i := range n {
		page := Native.Uint64(ids[i*8:])
		if page >= p.end || !p.use(page) {
			return false
		}
	}
	return true
}
