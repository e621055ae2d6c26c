package emulator

// outcome is what a run brought.
type outcome struct {
	status      string // success, partialSuccess, failed
	read        int64
	written     int64
	failed      int64
	code        string
	message     string
	bytesPerRow int64
}

func (o outcome) errors() []any {
	if o.code == "" {
		return []any{}
	}
	return []any{object{"code": o.code, "message": o.message}}
}

func (o outcome) bytes() (in, out int64) {
	if o.status == "failed" {
		return -1, -1
	}
	return o.read * o.bytesPerRow, o.written * o.bytesPerRow
}
