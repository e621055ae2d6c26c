package resource

import "strings"

// matchPrefix reports whether p lies at or below the pattern, and how many steps
// the pattern has. Patterns are written like printed paths, without quotes;
// [] matches any element of a list, [NAME] the element with that key.
func matchPrefix(pattern string, p Path) (int, bool) {
	n := 0
	for rest := pattern; rest != ""; n++ {
		var step string
		var element bool
		step, element, rest = cutStep(rest)
		if n >= len(p) {
			return 0, false
		}
		at := p[n]
		switch {
		case element && step == "":
			if at.Sort == FieldStep {
				return 0, false
			}
		case element:
			if at.Sort != KeyStep || at.Name != step {
				return 0, false
			}
		case at.Sort != FieldStep || at.Name != step:
			return 0, false
		}
	}
	return n, true
}

// cutStep takes the first step off a pattern.
func cutStep(pattern string) (step string, element bool, rest string) {
	if pattern[0] == '[' {
		end := strings.IndexByte(pattern, ']')
		return pattern[1:end], true, strings.TrimPrefix(pattern[end+1:], ".")
	}
	end := strings.IndexAny(pattern, ".[")
	if end < 0 {
		return pattern, false, ""
	}
	return pattern[:end], false, strings.TrimPrefix(pattern[end:], ".")
}

// Find returns the value at a pattern such as `scheduleParams.startTime` or
// `transformations[Mapping].params` in a body of kind s, or false.
func (s *Spec) Find(v Value, pattern string) (Value, bool) {
	var at Path
	for rest := pattern; rest != ""; {
		var step string
		var element, ok bool
		step, element, rest = cutStep(rest)
		if !element {
			if v, ok = v.Get(step); !ok {
				return Value{}, false
			}
			at = at.Field(step)
			continue
		}
		key, _ := s.KeyOf(at)
		i := IndexOf(v, key, step)
		if i < 0 {
			return Value{}, false
		}
		v, at = v.Items[i], at.Key(step)
	}
	return v, true
}

// IndexOf returns the index of the element of a list whose member key prints as
// want, or -1.
func IndexOf(list Value, key, want string) int {
	for i, item := range list.Items {
		if KeyText(item, key) == want {
			return i
		}
	}
	return -1
}

// KeyText returns the text that identifies a list element by its member key.
func KeyText(item Value, key string) string {
	k, ok := item.Get(key)
	if !ok {
		return ""
	}
	if k.Kind == RefValue {
		return k.Ref.String()
	}
	return k.Text
}
