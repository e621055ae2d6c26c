// Command gen writes dataflow.schema.json from the types of package schemas.
package main

import (
	"fmt"
	"os"
)

func main() {
	text, err := generate("..")
	if err == nil {
		err = os.WriteFile("../dataflow.schema.json", text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}
