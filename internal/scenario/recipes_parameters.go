package scenario

import (
	"strings"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/signature"
)

// wrongOption is a join that is right but for one option.
func wrongOption(cause, says, option string, value any) recipe {
	return recipe{
		code: errcode.InvalidParameter, cause: cause, explanation: says,
		arrange: func(f *Fixture) { f.join[option] = value },
	}
}

// parameterRecipes are 4003: one option of the join is wrong.
var parameterRecipes = []recipe{
	wrongOption("meetingNumber_malformed", "A join link is passed as the meeting number.", "meetingNumber", "https://meet.example/j/123456789"),
	wrongOption("meetingNumber_missing", "No meeting number is passed.", "meetingNumber", ""),
	wrongOption("meetingNumber_too_long", "The meeting number has 12 digits.", "meetingNumber", "123456789012"),
	wrongOption("signature_missing", "No signature is passed.", "signature", ""),
	wrongOption("signature_malformed", "The signature is passed as an object.", "signature", map[string]any{"signature": "eyJ"}),
	wrongOption("signature_too_long", "The signature is longer than a signature can be.", "signature", strings.Repeat("A", signature.MaxSize+1)),
	wrongOption("userName_missing", "No name is passed.", "userName", ""),
	wrongOption("userName_too_long", "The name has 129 characters.", "userName", strings.Repeat("x", 129)),
	wrongOption("userName_malformed", "The name contains a script tag.", "userName", "Robin <script>alert(1)</script>"),
	wrongOption("password_too_long", "The passcode has 33 characters.", componentPasscode, strings.Repeat("9", 33)),
	wrongOption("password_malformed", "The passcode is passed in an array.", componentPasscode, []any{"123456"}),
	wrongOption("userEmail_malformed", "The address has no domain.", "userEmail", "robin"),
	wrongOption("userEmail_too_long", "The address has more than 100 characters.", "userEmail", strings.Repeat("x", 100)+"@scenario.example"),
	wrongOption("customerKey_too_long", "The customerKey has 37 characters.", "customerKey", strings.Repeat("k", 37)),
	wrongOption("customerKey_malformed", "The customerKey is passed as an object.", "customerKey", map[string]any{"id": 42}),
	wrongOption("zak_malformed", "The ZAK is passed as an object.", "zak", map[string]any{"token": "eyJ"}),
	wrongOption("obfToken_malformed", "The OBF is passed as an object.", "obfToken", map[string]any{"token": "eyJ"}),
	wrongOption("tk_malformed", "The tk is passed as an object.", "tk", map[string]any{"tk": "x"}),
	{
		code: errcode.InvalidParameter, cause: "zak_and_obf", explanation: "Both a ZAK and an OBF are passed.",
		arrange: func(f *Fixture) { f.join["zak"], f.join["obfToken"] = f.zak(f.host), f.obf(f.host) },
	},
}
