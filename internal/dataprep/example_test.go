package dataprep_test

import (
	"fmt"

	"github.com/aepflow/aepflow/internal/dataprep"
)

func ExampleParse() {
	expr, problems := dataprep.Parse(`iif(total>5000,"a",lower(first.name))`)
	fmt.Println(dataprep.Print(expr), problems)

	_, problems = dataprep.Parse(`concat(Name, "x`)
	fmt.Println(problems[0].Message)
	// Output:
	// iif(total > 5000, "a", lower(first.name)) []
	// missing closing quote `"`
}

func ExampleCheck() {
	text := `concat(upper(LastNmae), " ", trm(FirstName))`
	expr, _ := dataprep.Parse(text)
	env := dataprep.Env{Columns: map[string]string{"FirstName": "string", "LastName": "string"}}
	for _, p := range dataprep.Check(expr, env) {
		fmt.Printf("%s: %s; %s\n", text[p.Start:p.End], p.Message, p.Help)
	}
	// Output:
	// LastNmae: unknown column `LastNmae`; did you mean `LastName`?
	// trm: unknown function `trm`; did you mean `trim`?
}

func ExampleAttributes() {
	expr, _ := dataprep.Parse(`concat(order.lines[0].sku, ${First Name})`)
	for _, a := range dataprep.Attributes(expr) {
		fmt.Println(a.Root, a.Path)
	}
	// Output:
	// order order.lines[0].sku
	// First Name First Name
}

func ExampleQuoteAttribute() {
	for _, column := range []string{"Name", "First Name", "web.ecid", "date"} {
		fmt.Println(dataprep.QuoteAttribute(column))
	}
	// Output:
	// Name
	// ${First Name}
	// ${web\.ecid}
	// ${date}
}
