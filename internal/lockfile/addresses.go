package lockfile

import (
	"bufio"
	"bytes"
	"errors"

	"github.com/aepflow/aepflow/internal/resource"
)

// mostScanned is how many bytes of a lockfile Addresses reads.
const mostScanned = 128 << 20

// entryHead begins the line of an entry in a printed lockfile.
var entryHead = []byte("    \"")

// Addresses lists the entries of a lockfile in order, as far as they can be found without decoding or checking it. It
// is for proposals, which have to be quick. Names that no document can have are left out.
func Addresses(p Paths) []resource.Address {
	file, err := p.lock().Open()
	if err != nil {
		return nil
	}
	defer file.Close()
	var out []resource.Address
	text := bufio.NewReaderSize(file, 64<<10)
	for read, whole := 0, true; read < mostScanned; {
		line, err := text.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			break
		}
		if rest, is := bytes.CutPrefix(line, entryHead); is && whole {
			name, _, _ := bytes.Cut(rest, []byte(`"`))
			if a, err := resource.ParseAddress(string(name)); err == nil && resource.IsName(a.Name) {
				out = append(out, a)
			}
		}
		read, whole = read+len(line), err == nil
	}
	return out
}
