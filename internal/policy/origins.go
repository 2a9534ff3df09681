package policy

import (
	"reflect"
	"slices"
	"strings"
)

// decidedByOne are the settings of which the highest layer's counts alone; of others all layers' do, as Layers says.
var decidedByOne = []string{"providers.", "organisation", "ca_file", "listen", "ledger_keep_days", "stores.", "signals.", "salt"}

// Origins says of each setting that is not as it is from the start where its value comes from: the layer and its file, the
// highest first. It names settings, and holds none of their values.
func (l *Layers) Origins() (all []string) {
	names := map[string][]string{}
	var order []string
	for _, r := range l.Present() {
		from := string(r.Layer) + " settings"
		switch r.Layer {
		case ManagedLayer:
			from += ", " + l.files.Managed
		case UserLayer:
			from += ", " + l.files.User
		}
		for _, name := range namesOf("", reflect.ValueOf(*r.Settings)) {
			one := slices.ContainsFunc(decidedByOne, func(s string) bool { return name == s || strings.HasSuffix(s, ".") && strings.HasPrefix(name, s) })
			if names[name] == nil {
				order = append(order, name)
			} else if one {
				continue
			}
			names[name] = append(names[name], from)
		}
	}
	slices.Sort(order)
	for _, name := range order {
		all = append(all, name+": "+strings.Join(names[name], "; "))
	}
	return all
}

// namesOf are the settings that a struct or a map holds something for.
func namesOf(above string, v reflect.Value) (all []string) {
	if v.Kind() == reflect.Map {
		for _, key := range v.MapKeys() {
			all = append(all, above+key.String())
		}
		return all
	}
	for field, value := range v.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		switch {
		case name == "-" || value.IsZero():
		case value.Kind() == reflect.Struct || value.Kind() == reflect.Map:
			all = append(all, namesOf(above+name+".", value)...)
		default:
			all = append(all, above+name)
		}
	}
	return all
}
