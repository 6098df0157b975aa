//! Whether a page runs inside another app's browser, where authorization servers refuse to sign users in: such an app could
//! read along (RFC 8252 §8.12), and Google for one answers `disallowed_useragent`.
//!
//! A word is in the table when its app shows pages in a web view of its own. Apps that open the system's browser, or its
//! Safari view, are not told from it by their user agent, and need not be. The Google app is left out on purpose, on Android
//! too: nothing published says that sign-in fails there, and refusing what works would be worse.

use super::text::contains;

/// Word for an app, and what its user agent contains, in lower case. The first row that fits counts.
const APPS: &[(&str, &[&str])] = &[
    ("instagram", &["instagram "]),
    ("facebook", &["fban/", "fbav/", "fb_iab/"]),
    ("line", &[" line/"]),
    ("tiktok", &["bytedancewebview/", "musical_ly_"]),
    ("wechat", &["micromessenger/"]),
    ("snapchat", &["snapchat/"]),
    ("linkedin", &["[linkedinapp]", "linkedinapp/"]),
    ("pinterest", &["[pinterest/"]),
    ("twitter", &["twitterandroid", "twitter for ip"]),
];

/// What the user agent of a browser contains that shows its pages in a web view, in lower case: its user asked for a browser,
/// and servers that refuse web views know these.
const BROWSERS: [&str; 12] = [
    "browser/",
    " gsa/",
    " phx/",
    " opr/",
    " opt/",
    " opx/",
    " opera",
    "ecosia",
    "sleipnir",
    "duckduckgo",
    "focus/",
    "klar/",
];

/// The app whose browser this is: `facebook`, `instagram`, `line`, `linkedin`, `pinterest`, `snapchat`, `tiktok`,
/// `twitter`, `wechat`, or `android_webview` and `ios_webview` for one that does not say its name. `None` in a browser.
///
/// `is_standalone`: `navigator.standalone` is true. A page on an iOS home screen has the user agent of a web view, and none
/// of its limits.
pub fn detect(user_agent: &str, is_standalone: bool) -> Option<&'static str> {
    let agent = user_agent.to_ascii_lowercase();
    let has = |mark: &&str| contains(&agent, mark);
    if let Some((app, _)) = APPS.iter().find(|(_, marks)| marks.iter().any(has)) {
        return Some(app);
    }
    if BROWSERS.iter().any(has) {
        return None;
    }
    if has(&"android") && has(&"; wv)") {
        return Some("android_webview");
    }
    let is_ios = ["(iphone", "(ipad", "(ipod"].iter().any(has);
    // Every browser of iOS calls itself Safari as well.
    (is_ios && has(&"applewebkit/") && !has(&"safari/") && !is_standalone).then_some("ios_webview")
}
