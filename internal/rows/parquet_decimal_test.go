package rows

import (
	"bytes"
	"math/big"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// Decimals keep all their digits, whatever the file stores them as.
func TestDecimals(t *testing.T) {
	const width = 13
	schema := parquet.NewSchema("row", parquet.Group{
		"a": parquet.Decimal(2, 9, parquet.Int32Type),
		"b": parquet.Optional(parquet.Decimal(4, 18, parquet.Int64Type)),
		"c": parquet.Group{"d": parquet.Decimal(3, 30, parquet.FixedLenByteArrayType(width))},
		"e": parquet.Repeated(parquet.Decimal(2, 9, parquet.Int32Type)),
	})
	d, _ := new(big.Int).SetString("-123456789012345678901234", 10)
	d.Add(d, new(big.Int).Lsh(big.NewInt(1), 8*width))
	var file bytes.Buffer
	w := parquet.NewWriter(&file, schema)
	_, err := w.WriteRows([]parquet.Row{{
		parquet.Int32Value(123456789).Level(0, 0, 0),
		parquet.Int64Value(-1234567890123456789/10).Level(0, 1, 1),
		parquet.FixedLenByteArrayValue(d.FillBytes(make([]byte, width))).Level(0, 0, 2),
		parquet.Int32Value(1999).Level(0, 1, 3), parquet.Int32Value(-5).Level(1, 1, 3),
	}, {
		parquet.Int32Value(-5).Level(0, 0, 0), parquet.NullValue().Level(0, 0, 1),
		parquet.FixedLenByteArrayValue(make([]byte, width)).Level(0, 0, 2), parquet.NullValue().Level(0, 0, 3),
	}})
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	want := `{"a":1234567.89,"b":-12345678901234.5678,"c":{"d":-123456789012345678901.234},"e":[19.99,-0.05]} ` +
		`{"a":-0.05,"b":null,"c":{"d":0.000},"e":[]}`
	if got := all(t, "a.parquet", file.Bytes(), true); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
