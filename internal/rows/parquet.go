package rows

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// readParquet reads the schema and the number of rows from the end of the file, and
// only the first rows. The library panics on some damaged files.
func readParquet(text []byte, limit int) (d *Data, err error) {
	defer func() {
		if p := recover(); p != nil {
			d, err = nil, fmt.Errorf("the file is not Parquet: %v", p)
		}
	}()
	rows, err := parquetRowsOf(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return nil, fmt.Errorf("the file is not Parquet: %w", err)
	}
	file := rows.file
	if file.NumRows() < 0 {
		return nil, errors.New("the file is not Parquet: its number of rows is negative")
	}
	schema := file.Schema()
	d = &Data{Schema: groupSchema(schema), Count: file.NumRows()}
	defer rows.close()
	for range min(int64(limit), d.Count) {
		row, err := rows.next()
		if err != nil {
			return nil, fmt.Errorf("the file is not Parquet: %w", err)
		}
		d.Rows = append(d.Rows, plain(schema, row))
	}
	return d, nil
}

func groupSchema(n parquet.Node) object {
	properties := object{}
	for _, f := range n.Fields() {
		properties[f.Name()] = nodeSchema(f)
	}
	return object{"type": "object", "properties": properties}
}

// nodeSchema describes a field, repeated or not.
func nodeSchema(n parquet.Node) object {
	if n.Repeated() {
		return object{"type": "array", "items": oneSchema(n)}
	}
	return oneSchema(n)
}

func oneSchema(n parquet.Node) object {
	if n.Leaf() {
		return leafSchema(n.Type())
	}
	if element := elementOf(n); element != nil {
		return object{"type": "array", "items": nodeSchema(element)}
	}
	if value := valueOf(n); value != nil {
		return object{"type": "object", "additionalProperties": nodeSchema(value)}
	}
	return groupSchema(n)
}

// logical is what the values of a type mean, nil for the physical type itself.
func logical(t parquet.Type) format.LogicalTypeValue {
	if l := t.LogicalType(); l != nil {
		return l.Value
	}
	return nil
}

// elementOf is what a list has many of, nil for what is not a list.
func elementOf(n parquet.Node) parquet.Node {
	if _, isList := logical(n.Type()).(*format.ListType); !isList {
		return nil
	}
	return inner(n, 0)
}

// valueOf is the value of a map, nil for what is not a map.
func valueOf(n parquet.Node) parquet.Node {
	if _, isMap := logical(n.Type()).(*format.MapType); !isMap {
		return nil
	}
	return inner(n, 1)
}

// inner is a field of the one repeated group of a list or map, nil without it.
func inner(n parquet.Node, at int) parquet.Node {
	outer := n.Fields()
	if len(outer) != 1 || !outer[0].Repeated() || outer[0].Leaf() || len(outer[0].Fields()) != at+1 {
		return nil
	}
	return outer[0].Fields()[at]
}

func leafSchema(t parquet.Type) object {
	switch logical(t).(type) {
	case *format.TimestampType:
		return object{"type": "string", "format": "date-time"}
	case *format.DateType:
		return object{"type": "string", "format": "date"}
	case *format.DecimalType:
		return object{"type": "number"}
	}
	switch t.Kind() {
	case parquet.Boolean:
		return object{"type": "boolean"}
	case parquet.Int32:
		return object{"type": "integer"}
	case parquet.Int64:
		return safe()
	case parquet.Float, parquet.Double:
		return object{"type": "number"}
	case parquet.Int96:
		return object{"type": "string", "format": "date-time"}
	}
	return object{"type": "string"}
}

// plain makes JSON of a value that the library read.
func plain(n parquet.Node, v any) any {
	switch v := v.(type) {
	case []any:
		element := elementOf(n)
		out := make([]any, len(v))
		for i, e := range v {
			if element != nil {
				out[i] = plain(element, e)
			} else {
				out[i] = plainOne(n, e)
			}
		}
		return out
	case object:
		return plainObject(n, v)
	}
	return plainOne(n, v)
}

func plainOne(n parquet.Node, v any) any {
	if o, isObject := v.(object); isObject {
		return plainObject(n, o)
	}
	if !n.Leaf() {
		return v
	}
	return plainLeaf(n.Type(), v)
}

func plainObject(n parquet.Node, o object) object {
	out := object{}
	if value := valueOf(n); value != nil {
		for k, e := range o {
			out[k] = plain(value, e)
		}
		return out
	}
	for _, f := range n.Fields() {
		if e, has := o[f.Name()]; has {
			out[f.Name()] = plain(f, e)
		}
	}
	return out
}

func plainLeaf(t parquet.Type, v any) any {
	if d, isDecimal := logical(t).(*format.DecimalType); isDecimal {
		return nearby(v, min(max(int(d.Scale), 0), maxScale))
	}
	switch v := v.(type) {
	case int32:
		if _, isDate := logical(t).(*format.DateType); isDate {
			return time.Unix(int64(v)*24*3600, 0).UTC().Format(time.DateOnly)
		}
	case int64:
		if stamp, isTime := logical(t).(*format.TimestampType); isTime {
			return at(v, stamp.Unit).Format(time.RFC3339Nano)
		}
	case float32:
		return finite(float64(v))
	case float64:
		return finite(v)
	case []byte:
		return string(v)
	case deprecated.Int96: // nanoseconds of the day, and the day since the Julian epoch
		nanos := int64(v[1])<<32 | int64(v[0])
		return time.Unix((int64(v[2])-2440588)*24*3600, nanos).UTC().Format(time.RFC3339Nano)
	}
	return v
}

func at(n int64, unit format.TimeUnit) time.Time {
	switch unit.Value.(type) {
	case *format.MilliSeconds:
		return time.UnixMilli(n).UTC()
	case *format.MicroSeconds:
		return time.UnixMicro(n).UTC()
	}
	return time.Unix(0, n).UTC()
}

// finite is a number as JSON has it: no infinity, and nothing that is not a number.
func finite(f float64) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return f
}
