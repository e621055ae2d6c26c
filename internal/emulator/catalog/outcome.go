package catalog

// Outcome is what a run brought.
type Outcome struct {
	Status      string // success, partialSuccess, failed
	Read        int64
	Written     int64
	Failed      int64
	Bad         []BadRow // some of the rows that failed
	Files       int64    // that were read; 0 of tables
	Code        string
	Message     string
	BytesPerRow int64
}

// Errors are the errors of the run as its metrics list them.
func (o Outcome) Errors() []any {
	if o.Code == "" {
		return []any{}
	}
	return []any{object{"code": o.Code, "message": o.Message}}
}

// Bytes are what the run read and wrote, -1 and -1 for a failed one.
func (o Outcome) Bytes() (in, out int64) {
	if o.Status == "failed" {
		return -1, -1
	}
	return o.Read * o.BytesPerRow, o.Written * o.BytesPerRow
}
