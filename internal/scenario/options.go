package scenario

import "maps"

// The views of the SDK.
const (
	ClientView    = "client"
	ComponentView = "component"
)

// Options are the options of a join under the names of Component View. Values
// are what an app passes: mostly texts, in some scenarios something wrong.
type Options map[string]any

// The options whose name differs between the views.
const (
	componentPasscode = "password"
	clientPasscode    = "passWord"
)

// forClientView are the same options under the names of Client View. A passcode
// under the wrong name stays under the wrong name.
func (o Options) forClientView() Options {
	renamed := maps.Clone(o)
	delete(renamed, componentPasscode)
	delete(renamed, clientPasscode)
	if v, ok := o[componentPasscode]; ok {
		renamed[clientPasscode] = v
	}
	if v, ok := o[clientPasscode]; ok {
		renamed[componentPasscode] = v
	}
	return renamed
}

// Wire is the request that a page of the view sends for join options: the body
// of POST /sdk/v1/join, but for joinId, sdkVersion and deviceId, which are the
// page's own.
func Wire(view string, options Options) map[string]any {
	body := map[string]any{"view": view}
	for name, value := range options {
		if name != componentPasscode && name != clientPasscode {
			body[name] = value
		}
	}
	names := [2]string{componentPasscode, clientPasscode}
	if view == ClientView {
		names = [2]string{clientPasscode, componentPasscode}
	}
	for _, name := range names {
		if value, ok := options[name]; ok && value != nil && value != "" {
			body["password"], body["passwordOption"] = value, name
			break
		}
	}
	return body
}
