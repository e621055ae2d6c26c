package lockfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/aepflow/aepflow/internal/resource"
)

// known is what blocks of a lockfile came to when they were read before, by the
// digest of their text. It lies in the project's cache and may be deleted at any
// time; what is not there or not whole is not known.
//
//	head      magic
//	section   digest of the block's text, length of the rest, checksum, count, entries
//	entry     length of its text, flags, its digest, that of its configuration, address, id, etag, needs
//
// The configuration is not in it: it is the graph's when the two digests are the
// same, and is read from the lockfile when not.
type known struct {
	path     string
	sections map[[sha256.Size]byte][]byte
	fresh    []block // all blocks, when some of them were not known
}

const knownMagic = "aepflow lock 2\n"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// known is where known blocks of the lockfile are kept.
func (p Paths) known() string { return filepath.Join(p.Folder, "cache", filepath.Base(p.Lock)) }

func openKnown(path string) *known {
	k := &known{path: path, sections: map[[sha256.Size]byte][]byte{}}
	text, _ := os.ReadFile(path)
	rest, ok := bytes.CutPrefix(text, []byte(knownMagic))
	const head = sha256.Size + 8
	for ok && len(rest) >= head {
		size := uint64(binary.LittleEndian.Uint32(rest[sha256.Size:]))
		if size > uint64(len(rest)-head) {
			break
		}
		section := rest[head : head+size]
		if crc32.Checksum(section, castagnoli) != binary.LittleEndian.Uint32(rest[sha256.Size+4:]) {
			break
		}
		k.sections[[sha256.Size]byte(rest)] = section
		rest = rest[head+size:]
	}
	return k
}

// recall reads a block, from memory if it can.
func (k *known) recall(p *printed, text []byte) (block, bool) {
	if k == nil {
		return p.block(text)
	}
	sum := sha256.Sum256(text)
	if section, ok := k.sections[sum]; ok {
		if b, ok := p.section(section, text); ok {
			b.sum, b.section = sum, section
			return b, true
		}
	}
	b, ok := p.block(text)
	b.sum = sum
	return b, ok
}

// keep notes what is to be saved. A lockfile of one block is read as fast as it is
// remembered.
func (k *known) keep(blocks []block) {
	if k != nil && len(blocks) > 1 && slices.ContainsFunc(blocks, func(b block) bool { return b.section == nil }) {
		k.fresh = blocks
	}
}

// save writes the blocks, if there is anything new. The file goes into place by
// rename, so that no reader sees a half of it.
func (k *known) save() error {
	if len(k.fresh) == 0 {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(k.path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(k.path), ".lock-*")
	if err != nil {
		return err
	}
	out := []byte(knownMagic)
	for i := range k.fresh {
		b := &k.fresh[i]
		section := b.section
		if section == nil {
			section = appendSection(nil, b)
		}
		out = append(out, b.sum[:]...)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(section)))
		out = binary.LittleEndian.AppendUint32(out, crc32.Checksum(section, castagnoli))
		out = append(out, section...)
		if err == nil {
			_, err = f.Write(out)
		}
		out = out[:0]
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), k.path)
	}
	if err != nil {
		if gone := os.Remove(f.Name()); !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return err
}

// The flags of an entry in a section.
const (
	flagProtect = 1 << iota
	flagRead    // holds more than a section does: always read from the text
)

func appendSection(out []byte, b *block) []byte {
	text := func(s string) { out = append(binary.AppendUvarint(out, uint64(len(s))), s...) }
	out = binary.AppendUvarint(out, uint64(len(b.entries)))
	for i := range b.entries {
		e := &b.entries[i]
		var flags byte
		if e.Protect {
			flags |= flagProtect
		}
		if len(e.Sent)+len(e.Secrets)+len(e.Deposed) > 0 {
			flags |= flagRead
		}
		out = append(binary.AppendUvarint(out, uint64(b.lengths[i])), flags)
		out = append(out, b.digests[i][:]...)
		applied := resource.Sum(e.Applied)
		out = append(out, applied[:]...)
		text(string(e.Address.Kind))
		text(e.Address.Name)
		text(e.ID)
		text(e.ETag)
		out = binary.AppendUvarint(out, uint64(len(e.Needs)))
		for _, n := range e.Needs {
			text(string(n.Address.Kind))
			text(n.Address.Name)
			text(n.Via)
			text(n.Field)
			text(n.ID)
		}
	}
	return out
}

// section gives the entries of a section. Those whose configuration the graph does
// not have are read from the text of the block.
func (p *printed) section(section, text []byte) (block, bool) {
	r := sectionReader{rest: string(section)}
	b := newBlock(min(r.number(), len(text)))
	for r.rest != "" && !r.bad {
		length, flags, digest, applied := r.number(), r.bytes(1), r.bytes(16), r.bytes(16)
		e := Entry{Address: r.address(), ID: r.text(), ETag: r.text()}
		if count := r.number(); count > 0 {
			e.Needs = make([]Need, min(count, len(r.rest)))
		}
		for i := range e.Needs {
			e.Needs[i] = Need{Address: r.address(), Via: r.text(), Field: r.text(), ID: r.text()}
		}
		if r.bad || length > len(text) {
			return block{}, false
		}
		e.Protect = flags[0]&flagProtect != 0
		var sum [16]byte
		copy(sum[:], digest)
		if i, ok := p.find(e.Address); ok && flags[0]&flagRead == 0 && string(bodySum(p.graph, i)) == applied {
			r := &p.graph.All()[i]
			e.Address, e.Applied = r.Address, r.Body.JSON()
		} else if e, sum, _, ok = p.entry(text); !ok {
			return block{}, false
		}
		b.add(e, sum, length)
		text = text[length:]
	}
	return b, !r.bad && len(text) == 0
}

func (p *printed) find(a resource.Address) (int, bool) {
	if p.graph == nil {
		return 0, false
	}
	return p.wanted.Find(a)
}

func bodySum(g *resource.Graph, i int) []byte {
	sum := g.All()[i].Body.Sum()
	return sum[:]
}

// sectionReader takes numbers and texts off the front of a section; bad says that
// there was less than there should be.
type sectionReader struct {
	rest string
	bad  bool
}

func (r *sectionReader) number() int {
	n, shift := uint64(0), 0
	for i := 0; i < len(r.rest) && shift < 63; i++ {
		n |= uint64(r.rest[i]&0x7f) << shift
		if shift += 7; r.rest[i] < 0x80 {
			r.rest = r.rest[i+1:]
			return int(n)
		}
	}
	r.bad, r.rest = true, ""
	return 0
}

func (r *sectionReader) bytes(n int) string {
	if n < 0 || n > len(r.rest) {
		r.bad, r.rest = true, ""
		return "\x00"
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}

func (r *sectionReader) text() string { return r.bytes(r.number()) }

func (r *sectionReader) address() resource.Address {
	kind := resource.Kind(r.text())
	if i := slices.Index(sectionKinds, kind); i >= 0 {
		kind = sectionKinds[i] // the constant, which is quick to compare
	}
	return resource.Address{Kind: kind, Name: r.text()}
}

var sectionKinds = resource.Kinds()
