package signature_test

import (
	"context"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/signature"
)

func ExampleSign() {
	issued := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	token, err := signature.Sign(signature.SignOptions{
		Key: "my-key", Secret: "my-secret", MeetingNumber: "932 1234 5678", Role: 0, IssuedAt: issued,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	claims, fault := signature.Verify(token, []byte("my-secret"), signature.Expectation{
		MeetingNumber: "93212345678", Now: issued.Add(time.Minute),
	})
	fmt.Println(claims.MeetingNumber, claims.ExpiresAt-claims.IssuedAt, fault == nil)
	// Output: 93212345678 7200 true
}

func ExampleSign_error() {
	_, err := signature.Sign(signature.SignOptions{
		Key: "my-key", Secret: "my-secret", MeetingNumber: "93212345678",
		IssuedAt: time.Unix(1767225600, 0), ExpiresAt: time.Unix(1767225600+600, 0),
	})
	fmt.Println(err)
	// Output: signature: expiresAt must be 1800 to 172800 s after the time of issue, not 600 s
}

func ExampleDiagnose() {
	issued := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	token, err := signature.Sign(signature.SignOptions{
		Key: "my-key", Secret: "my-secret\n", MeetingNumber: "93212345678", IssuedAt: issued,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	report := signature.Diagnose(context.Background(), token, signature.Options{
		Now:           issued,
		MeetingNumber: "93200000000",
		Keyring: signature.NewKeyring(signature.Credential{
			App: signature.App{Name: "Classroom"}, Key: "my-key", Secret: []byte("my-secret"),
		}),
	})
	for _, fault := range report.Faults() {
		fmt.Println(int(fault.Code), fault.Cause+":", fault.Evidence)
	}
	// Output:
	// 3712 secret_whitespace: signed with the secret of app “Classroom”, but with a line break after it
	// 3712 mn_other_meeting: the token is for meeting 932 1234 5678, and the page joins 932 0000 0000
}
