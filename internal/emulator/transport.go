package emulator

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"syscall"
)

// Transport carries requests to the server without a port. Faults look as they
// do on a network: a dropped connection is an error of reading, a refused one
// an error of dialling.
func (s *Server) Transport() http.RoundTripper { return transport{s} }

type transport struct{ s *Server }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	// A server sees the path and query only, and lower-case host headers.
	in := r.Clone(r.Context())
	in.RequestURI = r.URL.RequestURI()
	in.Body = r.Body
	rec := &answerRecorder{header: http.Header{}}
	if err := t.serve(rec, in); err != nil {
		return nil, err
	}
	body := io.Reader(bytes.NewReader(rec.body.Bytes()))
	if rec.cut {
		body = io.MultiReader(body, failingReader{})
	}
	return &http.Response{
		Status:        http.StatusText(rec.status),
		StatusCode:    rec.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        rec.header,
		Body:          io.NopCloser(body),
		ContentLength: int64(rec.body.Len()),
		Request:       r,
	}, nil
}

func (t transport) serve(rec *answerRecorder, r *http.Request) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler {
				panic(p)
			}
			if rec.status != 0 {
				rec.cut = true
				return
			}
			err = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
			if rec.refused {
				err = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
			}
		}
	}()
	t.s.ServeHTTP(rec, r)
	return r.Context().Err() // who gave up sees no answer
}

type answerRecorder struct {
	header http.Header
	status int
	body   bytes.Buffer
	cut    bool // the answer breaks off

	refused bool // there was no connection to begin with
}

func (a *answerRecorder) refuse() { a.refused = true }

func (a *answerRecorder) Header() http.Header { return a.header }

func (a *answerRecorder) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answerRecorder) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
