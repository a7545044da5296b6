package signature

// The identifiers of what can be wrong with a signature. They are stable and
// meant for machines; the evidence beside them is for people.
const (
	CauseEmpty                  = "empty"
	CausePlaceholder            = "placeholder"
	CauseJSONWrapped            = "json_wrapped"
	CauseHTML                   = "html"
	CauseWrapped                = "wrapped"
	CauseURLEncoded             = "url_encoded"
	CauseTruncated              = "truncated"
	CauseNotAJWT                = "not_a_jwt"
	CauseLegacyFormat           = "legacy_format"
	CauseBadBase64              = "bad_base64"
	CauseHexHMAC                = "hex_hmac"
	CauseAlgNone                = "alg_none"
	CauseAlgNotHS256            = "alg_not_hs256"
	CauseOtherAppsSecret        = "other_apps_secret"
	CauseOtherEnvironmentSecret = "other_environment_secret"
	CauseWebhookSecret          = "webhook_secret"
	CauseRotatedSecret          = "rotated_secret"
	CauseSecretWhitespace       = "secret_whitespace"
	CauseSecretQuoted           = "secret_quoted"
	CauseSecretTranscoded       = "secret_transcoded"
	CauseKeySecretSwapped       = "key_secret_swapped"
	CauseUnknownSecret          = "unknown_secret"
	CauseVideoSDKToken          = "video_sdk_token"
	CauseOAuthToken             = "oauth_token"
	CauseZAKOrOBF               = "zak_or_obf_as_signature"
	CauseNativeSDKToken         = "native_sdk_token"
	CauseCriticalHeader         = "critical_header"
	CauseAppKeyMissing          = "app_key_missing"
	CauseAppKeyDiffers          = "app_key_differs"
	CauseMNMissing              = "mn_missing"
	CauseMNMisnamed             = "mn_misnamed"
	CauseMNFormatted            = "mn_formatted"
	CauseMNOtherMeeting         = "mn_other_meeting"
	CauseMNNotANumber           = "mn_not_a_number"
	CauseIATMissing             = "iat_missing"
	CauseIATInFuture            = "iat_in_future"
	CauseIATMilliseconds        = "iat_milliseconds"
	CauseEXPMissing             = "exp_missing"
	CauseEXPMilliseconds        = "exp_milliseconds"
	CauseEXPBeforeIAT           = "exp_before_iat"
	CauseLifetimeTooShort       = "lifetime_too_short"
	CauseLifetimeTooLong        = "lifetime_too_long"
	CauseClaimWrongType         = "claim_wrong_type"
	CauseDuplicateClaim         = "duplicate_claim"
	CauseProbeSkipped           = "probe_skipped"
)

// Causes of the codes next to 3712: 3704 and 3710 (the app), 3705 (expiry) and
// 3708 (role).
const (
	CauseUnknownKey       = "unknown_key"
	CauseKeyWhitespace    = "key_whitespace"
	CauseKeyIsSecret      = "key_is_secret"
	CauseKeyOfOtherKind   = "key_of_other_kind"
	CauseAppDeleted       = "app_deleted"
	CauseAppDisabled      = "app_disabled"
	CauseAccountSuspended = "account_suspended"
	CauseExpired          = "expired"
	CauseTokenEXPExpired  = "token_exp_expired"
	CauseRoleMissing      = "role_missing"
	CauseRoleNot0Or1      = "role_not_0_or_1"
	CauseRoleWrongType    = "role_wrong_type"
)

// Identifiers of warnings: things that refuse nothing. CauseMNFormatted is one too.
const (
	WarnTypMissing    = "typ_missing"
	WarnSDKKeyOnly    = "sdk_key_only"
	WarnMNNumber      = "mn_is_number"
	WarnRoleText      = "role_is_text"
	WarnTokenEXPGone  = "token_exp_missing"
	WarnTokenEXPOdd   = "token_exp_odd"
	WarnWebRTCMode    = "video_webrtc_mode_odd"
	WarnKeyringFailed = "keyring_failed"
	WarnHMACUnjudged  = "hmac_not_judged"
)

// Causes lists every identifier of the signature diagnosis, in the order of
// reading: format, header, who signed, wrong kind, meeting, time, rest.
func Causes() []string {
	return []string{
		CauseEmpty, CausePlaceholder, CauseJSONWrapped, CauseHTML, CauseWrapped,
		CauseURLEncoded, CauseTruncated, CauseNotAJWT, CauseLegacyFormat,
		CauseBadBase64, CauseHexHMAC, CauseAlgNone, CauseAlgNotHS256, CauseCriticalHeader,
		CauseOtherAppsSecret, CauseOtherEnvironmentSecret, CauseWebhookSecret,
		CauseRotatedSecret, CauseSecretWhitespace, CauseSecretQuoted,
		CauseSecretTranscoded, CauseKeySecretSwapped, CauseUnknownSecret,
		CauseVideoSDKToken, CauseOAuthToken, CauseZAKOrOBF, CauseNativeSDKToken,
		CauseAppKeyMissing, CauseAppKeyDiffers, CauseMNMissing, CauseMNMisnamed,
		CauseMNFormatted, CauseMNOtherMeeting, CauseMNNotANumber, CauseIATMissing,
		CauseIATInFuture, CauseIATMilliseconds, CauseEXPMissing,
		CauseEXPMilliseconds, CauseEXPBeforeIAT, CauseLifetimeTooShort,
		CauseLifetimeTooLong, CauseClaimWrongType, CauseDuplicateClaim,
		CauseProbeSkipped,
	}
}
