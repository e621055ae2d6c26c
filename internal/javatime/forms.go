package javatime

// forms are tried one after the other on a text without a pattern: first the published list of the platform, then the
// forms that published samples use besides.
var forms = compileAll(
	"yyyy-MM-dd HH:mm:ssZ", "yyyy-MM-dd HH:mm:ss.SSSZ", "yyyy-MM-dd HH:mm:ss.SSS", "yyyy-MM-dd'T'HH:mm:ss.SSSX",
	"yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd", "yyyy/MM/dd", "yyyy.MM.dd", "yyyy-MMM-dd", "yyyyMMdd", "MM-dd-yyyy",
	"MMddyyyy", "M/dd/yyyy", "dd.M.yyyy", "M/dd/yyyy hh:mm:ss a", "dd.M.yyyy hh:mm:ss a", "dd.MMM.yyyy", "dd-MMM-yyyy",

	"yyyy-MM-dd'T'HH:mm:ssXXX", "yyyy-MM-dd'T'HH:mm:ss.SSS", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm:ss",
	"yyyy-MM-dd HH:mm", "yyyy-MM-dd'T'HH:mm:ss z",
)

func compileAll(patterns ...string) []*Pattern {
	var out []*Pattern
	for _, p := range patterns {
		c, err := Compile(p)
		if err != nil {
			panic(err)
		}
		out = append(out, c)
	}
	return out
}

// ParseForm reads a text that has one of the forms in which the platform expects dates.
func ParseForm(s string) (Time, bool) {
	for _, p := range forms {
		if t, err := p.Parse(s); err == nil {
			return t, true
		}
	}
	return Time{}, false
}
