// Command gen writes the JSON Schemas from the types of package schemas, and the
// connector pages from the table of connectors.
package main

import (
	"fmt"
	"os"
)

// outputs are the files that are written.
var outputs = []struct {
	file string
	form form
}{
	{"strict.schema.json", strict},
	{"dataflow.schema.json", editor},
}

func main() {
	if err := write(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func write() error {
	for _, out := range outputs {
		text, err := generate("..", out.form)
		if err == nil {
			err = os.WriteFile("../"+out.file, text, 0o644)
		}
		if err != nil {
			return err
		}
	}
	return writePages(pagesDir)
}
