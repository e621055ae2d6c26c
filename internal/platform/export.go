package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/aepflow/aepflow/internal/specs"
)

// BatchFolder is a place where a batch keeps files about rows that failed.
type BatchFolder string

const (
	RowErrors   BatchFolder = "meta"   // diagnostics of the rows that were left out
	FailedFiles BatchFolder = "failed" // the rows of a batch that failed as a whole
)

// BatchFile is a file of a batch.
type BatchFile struct {
	Name string
	Size int64 // bytes, as far as the platform says
}

// MaxBatchFile is how many bytes a file may have that BatchText reads.
const MaxBatchFile = maxAnswer

const (
	// batchPage is how many files an answer lists at most; maxBatchFiles bounds a list.
	batchPage     = 100
	maxBatchFiles = 1000
)

func (f BatchFolder) path(batch, name string, query url.Values) string {
	switch {
	case f == RowErrors && name == "":
		query.Set("path", "row_errors")
	case f == RowErrors:
		query.Set("path", "row_errors/"+name)
	case name != "":
		query.Set("path", name)
	}
	path := specs.DataAccess + "/batches/" + specs.EscapeID(batch) + "/" + string(f)
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

// BatchFiles lists the files in a folder of a batch, the first thousand.
func BatchFiles(ctx context.Context, d Doer, batch string, in BatchFolder) ([]BatchFile, error) {
	if err := checkID(batch); err != nil {
		return nil, err
	}
	var all []BatchFile
	for len(all) < maxBatchFiles {
		query := url.Values{}
		if len(all) > 0 {
			query.Set("start", strconv.Itoa(len(all)))
		}
		path := in.path(batch, "", query)
		res, err := get(ctx, d, path, "")
		if err != nil {
			return nil, err
		}
		var list struct {
			Data []struct {
				Name   string      `json:"name"`
				Length json.Number `json:"length"`
			} `json:"data"`
		}
		if err := json.Unmarshal(res.Body, &list); err != nil {
			return nil, fmt.Errorf("GET %s: the answer is not a list of files%s", path, withID(res.RequestID))
		}
		for _, f := range list.Data {
			if err := checkID(f.Name); err != nil {
				return nil, fmt.Errorf("GET %s: %w%s", path, err, withID(res.RequestID))
			}
			size, _ := f.Length.Int64()
			all = append(all, BatchFile{f.Name, size})
		}
		if len(list.Data) < batchPage {
			break
		}
	}
	return all, nil
}

// BatchText reads a file of a batch, of at most MaxBatchFile bytes.
func BatchText(ctx context.Context, d Doer, batch string, in BatchFolder, file string) ([]byte, error) {
	if err := checkID(batch); err != nil {
		return nil, err
	}
	res, err := d.Do(ctx, Request{Method: http.MethodGet, Path: in.path(batch, file, url.Values{}), Accept: "*/*"})
	return res.Body, err
}
