/**
 * Apps whose `async` functions are compiled for older browsers find the global
 * `regeneratorRuntime` with this SDK's package, and bring none of their own.
 */
import 'regenerator-runtime/runtime.js';
