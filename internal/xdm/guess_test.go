package xdm

import "testing"

func TestGuess(t *testing.T) {
	s, _ := NewSchema("profile", []string{"profile-person-details", "profile-personal-details"}, nil, "")
	for _, tt := range []struct{ column, word, want string }{
		{"first_name", "string", "person.name.firstName"},
		{"FirstName", "string", "person.name.firstName"},
		{"FIRST_NAME", "string", "person.name.firstName"},
		{"surname", "string", "person.name.lastName"},
		{"birth_date", "date", "person.birthDate"},
		{"dob", "date", "person.birthDate"},
		{"dob", "boolean", ""}, // a type that does not fit
		{"e-mail", "string", "personalEmail.address"},
		{"Email", "string", "personalEmail.address"},
		{"phone", "string", "mobilePhone.number"},
		{"zip", "string", "homeAddress.postalCode"},
		{"city", "string", "homeAddress.city"},
		{"gender", "string", ""}, // fixed values
		{"status", "string", ""},
		{"", "string", ""},
		{"\xff_\xfe", "string", ""},
		{"customer_id", "string", ""},
	} {
		got, ok := s.Guess(tt.column, tt.word)
		if !ok {
			got = ""
		}
		if got != tt.want {
			t.Errorf("%s %s: %q, want %q", tt.column, tt.word, got, tt.want)
		}
	}
	none, _ := NewSchema("profile", nil, nil, "")
	if got, ok := none.Guess("first_name", "string"); ok {
		t.Errorf("a schema without the field group: %s", got)
	}
}
