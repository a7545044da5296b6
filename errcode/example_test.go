package errcode_test

import (
	"errors"
	"fmt"

	"github.com/anteroom/anteroom/errcode"
)

func ExampleLookup() {
	e, ok := errcode.Lookup(errcode.MeetingLocked)
	fmt.Println(ok, e.Name, e.Message)
	// Output: true MEETING_LOCKED The meeting has been locked
}

func ExampleByName() {
	for _, e := range errcode.ByName("host_not_found") {
		fmt.Println(e.Code, "-", e.Causes[0].ID)
	}
	// Output:
	// 3702 HOST_NOT_FOUND - host_deleted
	// 3709 HOST_NOT_FOUND - host_left_account
}

func ExampleNearest() {
	for _, e := range errcode.Nearest("meting locked", 1) {
		fmt.Println("did you mean", e.Code)
	}
	// Output: did you mean 4006 MEETING_LOCKED
}

func ExampleCauseFor() {
	c, _ := errcode.CauseFor("userName", errcode.TooLong)
	fmt.Println(c.ID, "-", c.Summary)
	// Output: userName_too_long - The join option userName is longer than 128 characters.
}

func ExampleError() {
	err := fmt.Errorf("join: %w", errcode.New(errcode.MeetingNotStart, "host_not_here"))

	var refused *errcode.Error
	if errors.As(err, &refused) {
		fmt.Println(int(refused.Code), refused.Cause, refused.Retryable())
	}
	fmt.Println(errors.Is(err, &errcode.Error{Code: errcode.MeetingNotStart}))
	// Output:
	// 3008 host_not_here true
	// true
}
