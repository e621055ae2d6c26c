// Command aepflow keeps Adobe Experience Platform source dataflows as code.
package main

import (
	"context"
	"os"
)

func main() {
	paceCollector()
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
