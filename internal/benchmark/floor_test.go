package benchmark_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"github.com/aepflow/aepflow/internal/lockfile"
	"github.com/aepflow/aepflow/schemas"
)

// floorSchema is the definition of a Dataflow, compiled as the tool does it.
func floorSchema() *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemas.JSONSchema))
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schemas.SchemaID, doc); err != nil {
		panic(err)
	}
	return c.MustCompile(schemas.SchemaID + "#/definitions/" + schemas.KindDataflow)
}

// floorCompile parses, validates and prints each text, on all cores. It is what
// no compiler with these libraries can do without. The answer is the number of
// bytes of JSON.
func floorCompile(schema *jsonschema.Schema, texts [][]byte) int {
	sizes := make([]int, len(texts))
	onAllCores(len(texts), func(i int) {
		var doc yaml.Node
		if err := yaml.Unmarshal(texts[i], &doc); err != nil {
			panic(err)
		}
		v := floorValue(doc.Content[0])
		if err := schema.Validate(v); err != nil {
			panic(err)
		}
		out, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		sizes[i] = len(out)
	})
	total := 0
	for _, n := range sizes {
		total += n
	}
	return total
}

// floorValue is a YAML tree as the validator reads it. It resolves no more than
// the generated documents need.
func floorValue(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = floorValue(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		l := make([]any, len(n.Content))
		for i, item := range n.Content {
			l[i] = floorValue(item)
		}
		return l
	}
	switch n.Tag {
	case "!!int":
		return json.Number(n.Value)
	case "!!bool":
		return n.Value == "true"
	}
	return n.Value
}

// floorLock reads and decodes a lockfile with the types that it needs, and
// nothing is checked.
func floorLock(path string) int {
	text, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	var lock struct {
		Resources map[string]struct {
			ID      string `json:"id"`
			ETag    string `json:"etag"`
			Digest  string `json:"digest"`
			Applied json.RawMessage
			Needs   []struct{ Address, Via, Field, ID string }
		}
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		panic(err)
	}
	return len(lock.Resources)
}

// floorRead reads the documents below a folder.
func floorRead(dir string) (texts [][]byte) {
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".dataflow.yaml") {
			var text []byte
			text, err = os.ReadFile(path)
			texts = append(texts, text)
		}
		return err
	})
	if err != nil {
		panic(err)
	}
	return texts
}

// floorPlan is a plan: read, parse, validate, print; read the lockfile.
func floorPlan(dir string) {
	floorCompile(floorSchema(), floorRead(dir))
	floorLock(lockfile.PathsIn(dir, here.Name).Lock)
}

func onAllCores(n int, do func(i int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}
