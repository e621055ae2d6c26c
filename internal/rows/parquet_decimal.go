package rows

import (
	"encoding/json"
	"math/big"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// The library makes floating numbers of decimals, which lose digits. Those that are not in a list are therefore taken
// once more, as the file has them.

// decimalColumn is a column of decimals.
type decimalColumn struct {
	path   []string
	column int
	scale  int
}

// decimalsOf are the columns of decimals that are not in a list or a map.
func decimalsOf(s *parquet.Schema) (list []decimalColumn) {
	for _, path := range s.Columns() {
		leaf, ok := s.Lookup(path...)
		if !ok || leaf.MaxRepetitionLevel > 0 {
			continue
		}
		if d, isDecimal := logical(leaf.Node.Type()).(*format.DecimalType); isDecimal {
			list = append(list, decimalColumn{path, leaf.ColumnIndex, int(d.Scale)})
		}
	}
	return list
}

// put replaces the decimal of a row by the one that it has in the file.
func (d decimalColumn) put(o object, row parquet.Row) {
	for _, name := range d.path[:len(d.path)-1] {
		o, _ = o[name].(object)
	}
	if o == nil {
		return
	}
	for _, v := range row {
		if v.Column() == d.column && !v.IsNull() {
			o[d.path[len(d.path)-1]] = exact(v, d.scale)
		}
	}
}

// maxScale is more digits after the point than any system has.
const maxScale = 1000

// exact is a decimal with all its digits.
func exact(v parquet.Value, scale int) json.Number {
	n := new(big.Int)
	switch v.Kind() {
	case parquet.Int32:
		n.SetInt64(int64(v.Int32()))
	case parquet.Int64:
		n.SetInt64(v.Int64())
	default: // two's complement, the highest byte first
		text := v.ByteArray()
		n.SetBytes(text)
		if len(text) > 0 && text[0]&0x80 != 0 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(text))))
		}
	}
	if scale <= 0 || scale > maxScale {
		return json.Number(n.String())
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	return json.Number(new(big.Rat).SetFrac(n, unit).FloatString(scale))
}

// nearby is a decimal in a list, of which the library has made a floating number.
func nearby(v any, scale int) any {
	switch v := v.(type) {
	case float32:
		return json.Number(strconv.FormatFloat(float64(v), 'f', scale, 32))
	case float64:
		return json.Number(strconv.FormatFloat(v, 'f', scale, 64))
	case *big.Float:
		return json.Number(v.Text('f', scale))
	}
	return v
}
