package policy

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Effective is a setting that somebody set: what holds now, and the layers that it comes from.
type Effective struct{ Name, Value, From string }

// uncounted is the value of a setting that a higher layer does not let count.
const uncounted = "does not count"

// Effective says of each setting that Origins names what its value is in the end. A salt's is not told.
func (l *Layers) Effective() (all []Effective) {
	merged := l.Wire()
	for _, origin := range l.Origins() {
		name, from, _ := strings.Cut(origin, ": ")
		e := Effective{Name: name, From: from, Value: "set"}
		if v := settingAt(reflect.ValueOf(merged), strings.Split(name, ".")); !v.IsValid() {
			e.Value = uncounted
		} else if !strings.HasSuffix(name, "salt") {
			e.Value = cmp.Or(told(v), uncounted)
		}
		all = append(all, e)
	}
	return all
}

// Decided are the settings that a layer above the person's own sets, and so decides or bounds.
func (l *Layers) Decided() []Effective {
	return slices.DeleteFunc(l.Effective(), func(e Effective) bool {
		return !strings.HasPrefix(e.From, string(ManagedLayer)) && !strings.HasPrefix(e.From, string(BundleLayer))
	})
}

// settingAt follows the names that namesOf gives.
func settingAt(v reflect.Value, path []string) reflect.Value {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if len(path) == 0 || !v.IsValid() {
		return v
	}
	switch v.Kind() {
	case reflect.Map: // whose key may have dots in it, and is the last
		return v.MapIndex(reflect.ValueOf(strings.Join(path, ".")).Convert(v.Type().Key()))
	case reflect.Struct:
		for field, value := range v.Fields() {
			if name, _, _ := strings.Cut(field.Tag.Get("yaml"), ","); name == path[0] {
				return settingAt(value, path[1:])
			}
		}
	}
	return reflect.Value{}
}

// fewTold is how many elements of a list are told, and longTold how long one may be.
const (
	fewTold  = 5
	longTold = 200
)

// told is a value in words.
func told(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Duration:
		return x.String()
	case bool:
		if x {
			return "yes"
		}
		return "no"
	}
	switch v.Kind() {
	case reflect.Pointer:
		return told(v.Elem())
	case reflect.Slice:
		var parts []string
		for i := range min(v.Len(), fewTold) {
			if s := v.Index(i); s.Kind() == reflect.String && !strings.Contains(s.String(), "\n") {
				parts = append(parts, s.String())
			}
		}
		if len(parts) < v.Len() {
			return fmt.Sprintf("%d of them", v.Len())
		}
		return strings.Join(parts, ", ")
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
		var parts []string
		for _, k := range keys {
			parts = append(parts, k.String()+": "+told(v.MapIndex(k)))
		}
		return strings.Join(parts, ", ")
	case reflect.Struct:
		var parts []string
		for field, value := range v.Fields() {
			if name, _, _ := strings.Cut(field.Tag.Get("yaml"), ","); name != "-" && !value.IsZero() {
				parts = append(parts, name+": "+told(value))
			}
		}
		return strings.Join(parts, ", ")
	case reflect.String:
		text := v.String()
		if len(text) > longTold {
			text = strings.ToValidUTF8(text[:longTold], "") + "…"
		}
		return text
	}
	return fmt.Sprint(v.Interface())
}
