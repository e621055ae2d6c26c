// Command aepflow keeps Adobe Experience Platform source dataflows as code.
package main

import (
	"context"
	"log"
	"os"

	"github.com/aepflow/aepflow/internal/output"
)

func main() {
	log.SetOutput(output.New(os.Stderr)) // libraries log there what a server sent
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
