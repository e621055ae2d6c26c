package xdm

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// synonyms are words of columns that the names of standard fields do not have.
var synonyms = map[string]string{
	"birthday": "birth date", "cell": "mobile phone", "city": "home city", "countrycode": "home country code",
	"dateofbirth": "birth date", "dob": "birth date", "e mail": "personal email", "email": "personal email",
	"emailaddress": "personal email", "email address": "personal email", "family name": "last name",
	"firstname": "first name", "forename": "first name", "given name": "first name", "lastname": "last name",
	"mail": "personal email", "mobile": "mobile phone", "mobilephone": "mobile phone", "phone": "mobile phone",
	"phone number": "mobile phone", "plz": "home postal code", "post code": "home postal code",
	"postal code": "home postal code", "postalcode": "home postal code", "postcode": "home postal code",
	"street": "home street1", "surname": "last name", "telephone": "mobile phone", "zip": "home postal code",
	"zip code": "home postal code", "zipcode": "home postal code",
}

// phrases are names of columns for fields whose own name says too little.
var phrases = map[string]string{
	"personal email": "personalEmail.address", "mobile phone": "mobilePhone.number", "home phone": "homePhone.number",
	"home city": "homeAddress.city", "home street1": "homeAddress.street1", "home postal code": "homeAddress.postalCode",
	"home country code": "homeAddress.countryCode", "country code": "homeAddress.countryCode",
	"country": "homeAddress.country", "full name": "person.name.fullName", "name": "person.name.fullName",
}

// Guess returns the standard field that a column most likely fills, by its name and type: a guess, which a person has
// to check. Fields of arrays, of fixed values, and those that the type does not fit are never guessed.
func (s *Schema) Guess(column, word string) (path string, ok bool) {
	name := words(column)
	if other, ok := synonyms[name]; ok {
		name = other
	}
	if path, ok := phrases[name]; ok {
		return path, s.fits(path, word)
	}
	if !strings.Contains(name, " ") {
		return "", false // one word, such as `status`, says too little
	}
	var found []string
	for _, f := range s.fields() {
		leaf := f.Path[strings.LastIndexByte(f.Path, '.')+1:]
		if words(leaf) == name && !strings.ContainsAny(f.Path, "[]*") && s.fits(f.Path, word) {
			found = append(found, f.Path)
		}
	}
	if len(found) == 0 {
		return "", false
	}
	return slices.MinFunc(found, func(a, b string) int {
		return cmp.Or(strings.Count(a, ".")-strings.Count(b, "."), cmp.Compare(a, b))
	}), true
}

// fits reports whether a column of a type can fill a field of the schema as it is.
func (s *Schema) fits(path, word string) bool {
	f, fault := s.Lookup(path)
	return fault == nil && f.Checked && f.IsLeaf() && f.Below == "" && len(f.Enum) == 0 && !f.Deprecated && !f.ReadOnly &&
		Convertible(word, f).Outcome == Fits
}

// words are the words of a name in lower case, split where case or a character says so: `birthDate` and `BIRTH_DATE`
// are `birth date`.
func words(name string) string {
	var b strings.Builder
	last := ' '
	upper := strings.ToUpper(name) == name
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = ' '
		case unicode.IsUpper(r) && !upper && !unicode.IsUpper(last):
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
		last = r
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
