// Package cache keeps what files came to, so that the next command need not
// compile them again.
//
// In: the files of a project, and a key over all else that a compilation depends
// on. Out: the parts of those files that are known, and the files that are not.
// Laws: with the cache or without it, and with any bytes in its place, a command
// gives the same output; the folder may be deleted at any time.
package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/aepflow/aepflow/compiler"
	"github.com/aepflow/aepflow/internal/resource"
	"github.com/aepflow/aepflow/internal/source"
)

// Key stands for everything but the files: the build of the tool, the schema of
// the format, aepflow.yaml, target and variables.
type Key [sha256.Size]byte

// KeyOf returns the key of those texts, each told from its neighbours.
func KeyOf(texts ...[]byte) Key {
	sum := sha256.New()
	for _, t := range texts {
		_ = binary.Write(sum, binary.LittleEndian, uint64(len(t)))
		sum.Write(t)
	}
	return Key(sum.Sum(nil))
}

// Cache is the parts of one project under one key. They lie in one file, which is
// a head and a log: each command adds what it has compiled, the later of two parts
// of a file holds.
//
//	head      magic, key
//	segment   length of the rest, checksum, some parts
//	part      path, digest of the text, names, asked, resources
type Cache struct {
	path  string
	key   Key
	size  int64 // of the file as far as it is whole
	parts map[string]stored
}

// stored is a part as it lies in the file.
type stored struct {
	digest [sha256.Size]byte
	body   []byte
}

const magic = "aepflow parts 1\n"

var table = crc32.MakeTable(crc32.Castagnoli)

// Open reads the cache in a folder. Whatever is not there or not whole is not
// known; that is no error.
func Open(dir string, key Key) *Cache {
	c := &Cache{path: filepath.Join(dir, "parts"), key: key, parts: map[string]stored{}}
	text, err := readWhole(c.path)
	if err != nil {
		return c
	}
	rest, ok := bytes.CutPrefix(text, append([]byte(magic), key[:]...))
	if !ok {
		return c
	}
	c.size = int64(len(text) - len(rest))
	for len(rest) >= 8 {
		n := uint64(binary.LittleEndian.Uint32(rest))
		if n > uint64(len(rest)-8) || crc32.Checksum(rest[8:8+n], table) != binary.LittleEndian.Uint32(rest[4:]) {
			break // torn, or two commands wrote at once: what is before it holds
		}
		c.segment(rest[8 : 8+n])
		c.size += int64(8 + n)
		rest = rest[8+n:]
	}
	return c
}

// readWhole reads a file on all cores: filling so much fresh memory takes longer
// than all else that is done with it.
func readWhole(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	text := make([]byte, info.Size())
	workers := runtime.GOMAXPROCS(0)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		from, to := w*len(text)/workers, (w+1)*len(text)/workers
		wg.Go(func() { _, errs[w] = io.ReadFull(io.NewSectionReader(f, int64(from), int64(to-from)), text[from:to]) })
	}
	wg.Wait()
	return text, errors.Join(errs...)
}

func (c *Cache) segment(text []byte) {
	d := decoder{rest: text}
	for len(d.rest) > 0 {
		path := string(d.bytes())
		var s stored
		copy(s.digest[:], d.bytes())
		s.body = d.bytes()
		if d.bad {
			return
		}
		c.parts[path] = s
	}
}

// Split tells the files that are known from those that have to be compiled.
func (c *Cache) Split(files []*source.File) (known []compiler.Part, rest []*source.File) {
	if len(c.parts) == 0 {
		return nil, files
	}
	parts, ok := make([]compiler.Part, len(files)), make([]bool, len(files))
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w * len(files) / workers; i < (w+1)*len(files)/workers; i++ {
				if s, has := c.parts[files[i].Path]; has && s.digest == sha256.Sum256(files[i].Text) {
					parts[i], ok[i] = decodePart(s.body, files[i])
				}
			}
		})
	}
	wg.Wait()
	known = parts[:0]
	for i, f := range files {
		if ok[i] {
			known = append(known, parts[i])
			continue
		}
		rest = append(rest, f)
	}
	return known, rest
}

// Save adds the parts of files that were compiled, beside those that Split gave. A
// log that is mostly of the past is written anew.
func (c *Cache) Save(known, fresh []compiler.Part) error {
	if len(fresh) == 0 {
		return nil
	}
	var live int64
	for _, p := range known {
		live += int64(len(c.parts[p.File.Path].body))
	}
	if c.size == 0 || c.size > 2*live+1<<20 {
		return c.replace(append(known[:len(known):len(known)], fresh...))
	}
	f, err := os.OpenFile(c.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	// Behind what was read as whole: a torn segment is written over.
	err = writeParts(io.NewOffsetWriter(f, c.size), fresh)
	return errors.Join(err, f.Close())
}

// replace writes the file anew. It goes into place by rename, so that no reader
// sees a half of it.
func (c *Cache) replace(parts []compiler.Part) error {
	dir := filepath.Dir(c.path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".parts-*")
	if err != nil {
		return err
	}
	_, err = f.Write(append([]byte(magic), c.key[:]...))
	if err == nil {
		err = writeParts(f, parts)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), c.path)
	}
	if err != nil {
		if gone := os.Remove(f.Name()); !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return err
}

// writeParts writes parts as segments of a size that is no burden to the memory.
func writeParts(w io.Writer, parts []compiler.Part) error {
	var out, body []byte
	for some := range slices.Chunk(parts, 128) {
		out = append(out[:0], make([]byte, 8)...)
		for _, p := range some {
			digest := sha256.Sum256(p.File.Text)
			body = appendPart(body[:0], p)
			out = appendBytes(out, []byte(p.File.Path))
			out = appendBytes(out, digest[:])
			out = appendBytes(out, body)
		}
		binary.LittleEndian.PutUint32(out, uint32(len(out)-8))
		binary.LittleEndian.PutUint32(out[4:], crc32.Checksum(out[8:], table))
		if _, err := w.Write(out); err != nil {
			return err
		}
	}
	return nil
}

func appendPart(b []byte, p compiler.Part) []byte {
	b = binary.AppendUvarint(b, uint64(len(p.Names)))
	for _, name := range p.Names {
		b = appendBytes(b, []byte(name))
	}
	b = binary.AppendUvarint(b, uint64(len(p.Asked)))
	for _, a := range p.Asked {
		b = appendBytes(appendBytes(appendBytes(b, []byte(a.Kind)), []byte(a.Name)), []byte(a.Digest))
	}
	b = binary.AppendUvarint(b, uint64(len(p.Resources)))
	for _, r := range p.Resources {
		b = r.AppendBinary(b)
	}
	return b
}

func appendBytes(b, text []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

func decodePart(body []byte, f *source.File) (compiler.Part, bool) {
	d := decoder{rest: body}
	p := compiler.Part{File: f}
	for range d.count() {
		p.Names = append(p.Names, string(d.bytes()))
	}
	for range d.count() {
		p.Asked = append(p.Asked, compiler.Asked{Kind: string(d.bytes()), Name: string(d.bytes()), Digest: string(d.bytes())})
	}
	p.Resources = make([]resource.Resource, d.count())
	for i := range p.Resources {
		r, rest, err := resource.ReadBinary(d.rest, f)
		if err != nil {
			return compiler.Part{}, false
		}
		p.Resources[i], d.rest = r, rest
	}
	return p, !d.bad && len(d.rest) == 0
}

// decoder takes numbers and texts off the front of bytes; bad says that there was
// less than there should be.
type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) count() int {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 || v > uint64(len(d.rest)) {
		d.bad, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return int(v)
}

func (d *decoder) bytes() []byte {
	n := d.count()
	if n > len(d.rest) {
		d.bad, d.rest = true, nil
		return nil
	}
	out := d.rest[:n:n]
	d.rest = d.rest[n:]
	return out
}
