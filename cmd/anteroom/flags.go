package main

import (
	"regexp"
	"strings"

	"github.com/spf13/pflag"
)

// fieldFlags are the flags that set a field of a request or of a signature.
var fieldFlags = map[string]string{
	"meetingNumber": "--meeting", "meeting": "--meeting", "sdkKey": "--sdk-key", "ttlSeconds": "--ttl",
	"user": "--user", "email": "--email", "firstName": "--first-name", "limit": "--limit",
	"cause": "--cause", "variant": "--variant", "live": "--live", "join": "--join",
	"key": "--key", "secret": "--secret", "role": "--role", "issuedAt": "--iat", "expiresAt": "--expires",
}

// flagOf is the flag that sets a field, or the field itself where none does.
func flagOf(field string) string {
	if name, ok := fieldFlags[field]; ok {
		return name
	}
	return field
}

var invalidValue = regexp.MustCompile(`^invalid argument "(.*)" for "(?:-\w, )?--([\w-]+)" flag: `)

// flagProblem words what pflag says about the value of a flag, without the names of Go.
func flagProblem(flags *pflag.FlagSet, err error) string {
	if name, missing := strings.CutPrefix(err.Error(), "flag needs an argument: "); missing {
		return name + " needs a value"
	}
	found := invalidValue.FindStringSubmatch(err.Error())
	if found == nil {
		return err.Error()
	}
	want := "valid"
	if f := flags.Lookup(found[2]); f != nil {
		switch f.Value.Type() {
		case "int":
			want = "a whole number"
		case "bool":
			want = "true or false"
		}
	}
	return `--` + found[2] + `: "` + found[1] + `" is not ` + want
}
