package eval

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// uri is a text that Java's URI takes, cut into its parts as they stand in the text.
type uri struct {
	scheme, host, path, query, fragment string
	port                                int
	hasHost, hasPath, hasQuery, hasFrag bool
}

// ports are those of the schemes that give one.
var ports = map[string]int{
	"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21, "ftps": 990, "sftp": 22, "ssh": 22, "ldap": 389,
}

const (
	letters   = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits    = "0123456789"
	unmarked  = letters + digits + "_-!.~'()*"
	uriChars  = unmarked + ",;:$&+=?/[]@" // of queries and fragments
	pathChars = unmarked + ":@&=+$,;/"
	regChars  = unmarked + "$,;:@&=+"
)

// legal reports whether a part has only the given characters, %XX, and characters
// beyond ASCII that are not spaces or controls.
func legal(s, set string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '%':
			if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
				return false
			}
			i += 2
		case c < utf8.RuneSelf:
			if strings.IndexByte(set, c) < 0 {
				return false
			}
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			if unicode.IsControl(r) || unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp) {
				return false
			}
			i += n - 1
		}
	}
	return true
}

func isHex(c byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 }

// parseURI reads an absolute URI; false is what Java refuses, and what has no scheme.
func parseURI(s string) (u uri, ok bool) {
	u.port = -1
	end := strings.IndexAny(s, ":/?#")
	if end <= 0 || s[end] != ':' || strings.IndexByte(letters, s[0]) < 0 ||
		strings.Trim(s[:end], letters+digits+"+-.") != "" {
		return u, false
	}
	u.scheme = s[:end]
	rest := s[end+1:]
	rest, u.fragment, u.hasFrag = strings.Cut(rest, "#")
	if !legal(u.fragment, uriChars) {
		return u, false
	}
	if rest == "" {
		return u, false
	}
	if rest[0] != '/' { // opaque: no host, path, or query
		return u, legal(rest, uriChars)
	}
	rest, u.query, u.hasQuery = strings.Cut(rest, "?")
	if !legal(u.query, uriChars) {
		return u, false
	}
	u.hasPath = true
	if authority, found := strings.CutPrefix(rest, "//"); found {
		at := strings.IndexByte(authority, '/')
		if at < 0 {
			at = len(authority)
		}
		rest = authority[at:]
		authority = authority[:at]
		if authority == "" {
			if rest == "" && !u.hasQuery {
				return u, false // Java: expected an authority
			}
		} else if !u.server(authority) && !legal(authority, regChars) {
			return u, false
		}
	}
	u.path = rest
	return u, legal(rest, pathChars)
}

// server reads an authority as user, host, and port; false when it names no host.
func (u *uri) server(s string) bool {
	host := s
	if user, after, ok := strings.Cut(s, "@"); ok {
		if !legal(user, unmarked+";:&=+$,") {
			return false
		}
		host = after
	}
	port := ""
	if end := strings.IndexByte(host, ']'); strings.HasPrefix(host, "[") && end > 0 {
		if strings.Trim(host[1:end], "0123456789abcdefABCDEF:.") != "" || !strings.Contains(host[:end], ":") {
			return false
		}
		host, port = host[:end+1], strings.TrimPrefix(host[end+1:], ":")
	} else {
		host, port, _ = strings.Cut(host, ":")
		if !hostName(host) {
			return false
		}
	}
	if strings.Trim(port, digits) != "" {
		return false
	}
	u.host, u.hasHost = host, true
	if port != "" {
		n, err := strconv.Atoi(port)
		if err != nil || n > 1<<31-1 {
			u.host, u.hasHost = "", false
			return false
		}
		u.port = n
	}
	return true
}

// hostName reports whether s is a name of labels, the last of which begins with a
// letter, or an address of four numbers.
func hostName(s string) bool {
	labels := strings.Split(strings.TrimSuffix(s, "."), ".")
	numbers := 0
	for _, l := range labels {
		if l == "" || strings.Trim(l, letters+digits+"-") != "" || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		if n, err := strconv.Atoi(l); err == nil && n <= 255 && strings.Trim(l, digits) == "" {
			numbers++
		}
	}
	if numbers == 4 && len(labels) == 4 && !strings.HasSuffix(s, ".") {
		return true
	}
	return strings.IndexByte(letters, labels[len(labels)-1][0]) >= 0
}

// decoded resolves %XX; what is not UTF-8 becomes U+FFFD.
func decoded(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '%' {
			n, _ := strconv.ParseUint(s[i+1:i+3], 16, 8)
			b = append(b, byte(n))
			i += 2
		} else {
			b = append(b, s[i])
		}
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

// ofURL makes a function of a valid URL; anything else gives null.
func ofURL(least, most int, f func(m *Machine, u uri, a []Value) Value) function {
	return function{least, most, func(m *Machine, a []Value) Value {
		if a[0].IsNull() {
			return Value{}
		}
		s, ok := m.str(a[0])
		if !ok || !m.spend(len(s)/4) {
			return failure
		}
		u, ok := parseURI(s)
		if !ok {
			return Value{}
		}
		return f(m, u, a[1:])
	}}
}

func optional(s string, ok bool) Value {
	if !ok {
		return Value{}
	}
	return OfText(s)
}

var urlFunctions = map[string]function{
	"get_url_protocol": ofURL(1, 1, func(_ *Machine, u uri, _ []Value) Value { return OfText(u.scheme) }),
	"get_url_host":     ofURL(1, 1, func(_ *Machine, u uri, _ []Value) Value { return optional(u.host, u.hasHost) }),
	"get_url_port": ofURL(1, 1, func(_ *Machine, u uri, _ []Value) Value {
		if u.port >= 0 {
			return OfInt(int64(u.port))
		}
		if n, ok := ports[u.scheme]; ok {
			return OfInt(int64(n))
		}
		return Value{}
	}),
	"get_url_path": ofURL(1, 2, func(m *Machine, u uri, a []Value) Value {
		if len(a) == 0 || lenientTruth(a[0]) {
			return optional(decoded(u.path), u.hasPath)
		}
		if !u.hasPath {
			return m.fail(BadArgument, "the URL has no path")
		}
		path := decoded(u.path)
		return OfText(path[strings.LastIndexByte(path, '/')+1:])
	}),
	"get_url_query_str": {2, 2, queryOf},
	"get_url_encoded":   unary(func(m *Machine, s string) Value { return m.made(percentEncoded(s)) }),
	"get_url_decoded": unary(func(m *Machine, s string) Value {
		s = strings.ReplaceAll(s, "+", " ")
		for i := 0; i < len(s); i++ {
			if s[i] == '%' {
				if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
					return m.fail(BadArgument, "expected %%XX in an encoded text, found %s", m.show(OfText(s)))
				}
				i += 2
			}
		}
		return m.made(decoded(s))
	}),
}

func percentEncoded(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; strings.IndexByte(letters+digits+"-_.", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteString("%" + strings.ToUpper(strconv.FormatUint(uint64(c)|0x100, 16)[1:]))
		}
	}
	return b.String()
}

// queryOf is an object of the parameters; the option says what happens to the anchor.
func queryOf(m *Machine, a []Value) Value {
	s, ok := "", true
	if !a[0].IsNull() {
		if s, ok = m.str(a[0]); !ok {
			return failure
		}
	}
	u, valid := parseURI(s)
	if !valid || a[0].IsNull() {
		return Value{}
	}
	option, ok := m.str(a[1])
	if !ok || !m.spend(len(s)) {
		return failure
	}
	o := &Map{}
	last := ""
	if u.hasQuery {
		for _, part := range dropEmptyTail(strings.Split(decoded(u.query), "&")) {
			key, value, _ := strings.Cut(part, "=")
			o.Put(key, OfText(value))
			last = key
		}
	}
	fragment := decoded(u.fragment)
	switch option {
	case "remove":
	case "retain":
		if v, ok := o.Get(last); u.hasFrag && ok {
			o.Put(last, OfText(v.s+"#"+fragment))
		}
	case "append":
		if u.hasFrag {
			o.Put("_anchor_", OfText(fragment))
		}
	default:
		return m.fail(BadArgument, "unknown option `%s`: expected retain, remove, or append", option)
	}
	return OfObject(o)
}

// dropEmptyTail is what Java's split does; the first part stays when it is the only one.
func dropEmptyTail(parts []string) []string {
	n := len(parts)
	for n > 1 && parts[n-1] == "" {
		n--
	}
	if n == 1 && parts[0] == "" && len(parts) > 1 {
		return nil
	}
	return parts[:n]
}
