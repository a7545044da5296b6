package admission

import (
	"github.com/anteroom/anteroom/errcode"
)

// requestRules need the request and the platform's policy, and no storage.
var requestRules = []Rule{
	{
		ID: "options", Step: StepOptions, Code: errcode.InvalidParameter, Where: errcode.PageWhere,
		Name:   "required join options are present, and every join option has a valid type and length",
		Resume: true, Check: checkOptions,
	},
	{
		ID: "version", Step: StepVersion, Code: errcode.SDKVersionUnsupported, Where: errcode.GateWhere,
		Name:   "the SDK is not older than this server's minimum",
		Causes: []string{"below_platform_minimum"}, Resume: true, Check: checkVersion,
	},
}

func checkOptions(in *Input) []Finding {
	var found []Finding
	missing := map[string]bool{}
	for _, o := range in.a.Invalid {
		missing[o.Field] = true
		found = append(found, Finding{Cause: o.Cause, Evidence: o.Evidence})
	}
	// An attempt that no decoder made must not slip through for want of a note.
	if in.a.MeetingNumber == "" && !missing["meetingNumber"] && !missing[bodyField] {
		found = append(found, refuse("meetingNumber_missing", "meetingNumber is missing or blank")...)
	}
	if in.blank() && !missing["signature"] && !missing[bodyField] {
		found = append(found, refuse("signature_missing", "signature is missing or blank")...)
	}
	return found
}

func checkVersion(in *Input) []Finding {
	return oldVersion(in.a.SDKVersion, in.s.Policy.MinSDKVersion, "below_platform_minimum", "this server requires")
}

func oldVersion(version, minimum, cause, who string) []Finding {
	if minimum == "" || version == "" || !isOlder(version, minimum) {
		return nil
	}
	return refuse(cause, "the page runs SDK %s; %s %s or newer", clip(version, 32), who, minimum)
}
