package ims

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/url"
)

// multipartFields reads the text fields of a multipart form that is already in
// memory. Files are read like fields: nothing is ever written to disk.
func multipartFields(raw []byte, boundary string) (url.Values, error) {
	if boundary == "" {
		return nil, errors.New("multipart form without a boundary")
	}
	form := url.Values{}
	r := multipart.NewReader(bytes.NewReader(raw), boundary)
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return form, nil
		}
		if err != nil {
			return nil, err
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		form.Add(part.FormName(), string(value))
	}
}
