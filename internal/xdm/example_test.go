package xdm_test

import (
	"fmt"

	"github.com/aepflow/aepflow/internal/xdm"
)

func ExampleSchema_Lookup() {
	text, _ := xdm.FieldShape("string")
	schema, _ := xdm.NewSchema("profile", []string{"Demographic Details"}, []xdm.OwnField{{Path: "loyaltyId", Shape: text}}, "acme")

	field, _ := schema.Lookup("person.birthDate")
	fmt.Println(field.Type, xdm.Convertible("date-time", field).Outcome, xdm.Convertible("boolean", field).Outcome)

	_, err := schema.Lookup("person.nmae.firstName")
	fmt.Println(err.Code, err.Name, err.Near)

	_, err = schema.Lookup("loyalty.points")
	fmt.Println(err.Code, err.Name, err.Groups)

	field, _ = schema.Lookup("_{TENANT_ID}.loyaltyId")
	fmt.Println(field.Type, field.Own)
	// Output:
	// date ok error
	// unknown-path nmae [person.name.firstName]
	// unknown-path loyalty [profile-loyalty-details]
	// string true
}

func ExampleSchema_Required() {
	schema, _ := xdm.NewSchema("event", []string{"experienceevent-commerce"}, nil, "")
	for _, m := range schema.Required([]string{"_id", "commerce.purchases.id"}) {
		fmt.Printf("%s (required by %q)\n", m.Path, m.Parent)
	}
	// Output:
	// timestamp (required by "")
	// commerce.purchases.value (required by "commerce.purchases")
}
