package server

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// mediaKeys turns the fields of the media package's configuration into the keys
// of the file.
var mediaKeys = strings.NewReplacer(
	"media.Embedded.MediaPort", "media.port",
	"media.Embedded.NodeIP", "media.public_ip", "media.Embedded.UseExternalIP", "media.public_ip",
	"media.Embedded.STUNServers", "media.stun_servers", "media.Embedded.TURNServers", "media.turn",
	"media.External.URL", "media.external.url", "media.APIKey", "media.external.key", "media.APISecret", "media.external.secret",
	"UseExternalIP, which finds the address itself", "stun_servers, which find the address", "UseExternalIP", "an empty public_ip",
	"].Protocol", "].protocol", "].Username", "].username", "].Credential", "].credential", "].Secret", "].secret",
	"Username and Credential", "username and credential", "Username or Credential", "username or credential",
	"or Secret", "or secret", "LoopbackOnly", "development mode", "APIKey", "key", "APISecret", "secret",
)

var (
	unknownKey = regexp.MustCompile(`^line (\d+): field (\S+) not found in type (\S+)$`)
	wrongType  = regexp.MustCompile("^line (\\d+): cannot unmarshal !!\\S+(?: `(.*)`)? into (\\S+)$")
)

// inKeys rewrites what the YAML reader reports in terms of Go types.
func inKeys(err error, raw []byte) error {
	var bad *yaml.TypeError
	if !errors.As(err, &bad) {
		return err
	}
	values := valuesOf(raw)
	var problems []error
	for _, text := range bad.Errors {
		if m := unknownKey.FindStringSubmatch(text); m != nil {
			problems = append(problems, fmt.Errorf("line %s: there is no key %q%s", m[1], m[2], nearestKey(m[2], m[3])))
		} else if m := wrongType.FindStringSubmatch(text); m != nil {
			problems = append(problems, fmt.Errorf("line %s: %s: must be %s", m[1], values.take(m[1], m[2]), kind(m[3])))
		} else {
			problems = append(problems, errors.New(text))
		}
	}
	return errors.Join(problems...)
}

// configValue is a value of a YAML file with the path of its key, such as "media.port".
type configValue struct {
	line       int
	path, text string
}

type values []configValue

// valuesOf lists the values of a file in their order.
func valuesOf(raw []byte) *values {
	var found values
	var walk func(path string, n *yaml.Node)
	walk = func(path string, n *yaml.Node) {
		found = append(found, configValue{n.Line, path, n.Value})
		switch n.Kind {
		case yaml.DocumentNode:
			for _, inner := range n.Content {
				walk("", inner)
			}
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				walk(strings.TrimPrefix(path+"."+n.Content[i].Value, "."), n.Content[i+1])
			}
		case yaml.SequenceNode:
			for i, inner := range n.Content {
				walk(path+"["+strconv.Itoa(i)+"]", inner)
			}
		}
	}
	var document yaml.Node
	if yaml.Unmarshal(raw, &document) == nil {
		walk("", &document)
	}
	return &found
}

// take finds the key of a wrong value by its line and the beginning of its text, which
// is all that the YAML reader reports. Each value is taken once.
func (v *values) take(line, text string) string {
	n, _ := strconv.Atoi(line)
	text = strings.TrimSuffix(text, "...")
	for i, one := range *v {
		if one.line == n && one.path != "" && strings.HasPrefix(one.text, text) {
			*v = append((*v)[:i:i], (*v)[i+1:]...)
			return one.path
		}
	}
	return "value"
}

// kind names a Go type as someone who writes YAML would.
func kind(goType string) string {
	switch {
	case goType == "int":
		return "a whole number"
	case goType == "bool":
		return "true or false"
	case goType == "string":
		return "text"
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	default:
		return "a group of keys"
	}
}

// nearestKey suggests the key of a group that is spelled most like a wrong one.
func nearestKey(wrong, goType string) string {
	groups := map[string]reflect.Type{}
	for _, group := range []any{Config{}, TLS{}, Media{}, TURNServer{}, External{}, Attempts{}, Chat{}} {
		t := reflect.TypeOf(group)
		groups[t.String()] = t
	}
	t, ok := groups[goType]
	if !ok {
		return ""
	}
	for i := range t.NumField() {
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if key != "" && key != "-" && similar(wrong, key) {
			return fmt.Sprintf("; did you mean %q?", key)
		}
	}
	return ""
}

// similar reports whether one text becomes the other by a slip: other case or
// separators, or one letter too many, too few or wrong.
func similar(a, b string) bool {
	plain := func(s string) string { return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(s)) }
	a, b = plain(a), plain(b)
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		return i == len(a) || a[i+1:] == b[i+1:]
	}
	return a[i:] == b[i+1:]
}
