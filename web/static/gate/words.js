/** The words of the gate's page, Vietnamese and English. `{name}` is a hole. */

const vi = {
  "start.title": "Mở ca", "start.place": "Gác ở nơi nào", "start.gate": "Đứng ở đâu", "start.whole": "Cả nơi này, không chia cổng",
  "start.go": "Mở ca", "start.keys": "Lần đầu cần mạng để lấy khóa kiểm thẻ và niêm giấy tờ. Nối mạng rồi thử lại.",
  "start.unsent": "Máy còn giữ {count} lượt chưa gửi từ ca trước, sẽ tự gửi.", "try-again": "Thử lại",
  "shift.since": "Ca mở lúc {time}", "shift.end": "Đổi ca", "shift.gate": "{place}, {gate}",
  "inside": "người bên trong", "inside.crowded": "Sắp hết chỗ", "inside.full": "Hết chỗ", "inside.estimate": "tính từ {time}", "inside.filled": "Sức chứa đang dùng",
  "offline": "Mất mạng.", "kept": "Giữ {count} lượt, sẽ tự gửi.", "sending": "Còn {count} lượt chờ gửi.",
  "sign-in": "Hết phiên đăng nhập, giữ {count} lượt.", "sign-in.go": "Đăng nhập", "refused.strip": "Có {count} lượt chưa được nhận.", "refused.see": "Xem",
  "aim": "Đưa mã của khách vào khung", "starting": "Đang mở máy ảnh", "denied": "Máy ảnh đang bị chặn. Mở quyền máy ảnh cho trang này, hoặc ghi bằng số điện thoại.",
  "none": "Không thấy máy ảnh. Ghi bằng số điện thoại hoặc khai hộ.", "insecure": "Trình duyệt chỉ mở máy ảnh ở địa chỉ https.",
  "failed": "Không mở được máy ảnh. Ghi bằng số điện thoại, hoặc thử lại.", "camera": "Hình máy ảnh", "torch-on": "Bật đèn", "torch-off": "Tắt đèn",
  "direction": "Chiều", "in": "Vào", "out": "Ra", "phone": "Số điện thoại", "declare": "Khai hộ", "list": "Danh sách",
  "ready": "Chờ khách", "ready.hint": "Quét thẻ qua cổng, căn cước, thẻ bảo hiểm, mã QR cá nhân",
  "welcome": "Mời vào", "bye": "Đã ra", "wait": "Chờ một chút", "expired": "Mã hết hạn", "unread": "Không đọc được", "genuine": "Còn hiệu lực", "lapsed": "Hết hiệu lực", "unchecked": "Không kiểm được", "broken": "Mã bị hỏng",
  "nth": "{time}, lượt thứ {count} của ca này", "undo": "Bỏ lượt này", "undone": "Đã bỏ lượt này.", "male": "nam", "female": "nữ",
  "who.pass": "Thẻ đúng", "who.phone": "Số {phone}", "who.receipt": "Đã tự quét lúc {time}",
  "why.expired": "Ảnh chụp hoặc mã cũ. Nhờ khách mở lại màn hình rồi quét.", "why.forged": "Mã này không do Lá Chắn cấp.", "why.unknown": "Không phải thẻ hay giấy tờ.",
  "why.masked": "Mã này che số giấy tờ. Hỏi số điện thoại hoặc khai hộ.", "why.full": "Máy đã giữ {count} lượt chưa gửi. Ghi phiếu giấy tới khi có mạng.",
  "why.elsewhere": "Biên nhận của nơi khác. Nhờ khách quét bảng mã ở đây.", "why.store": "Máy không giữ được lượt này. Ghi phiếu giấy.",
  "certificate.valid": "Chữ ký đúng. Chứng nhận không ghi lượt: khai hộ người này.", "certificate.unchecked": "Máy không có khóa của nơi cấp. Xem giấy tờ gốc.", "certificate.expired": "Chữ ký đúng, nhưng đã quá ngày ghi trong chứng nhận.", "certificate.broken": "Chữ ký sai hoặc mã thiếu.", "certificate.declare": "Khai hộ người này",
  "back": "Quay lại", "phone.title": "Ghi bằng số điện thoại", "phone.label": "Số điện thoại của khách", "phone.hint": "Ví dụ 0905 000 418. Số được niêm ngay, máy này không mở lại được.", "phone.go": "Ghi lượt này",
  "phone.fault": "Số điện thoại gồm 10 chữ số, ví dụ 0905 000 418. Ô đang ghi “{typed}”.",
  "declare.title": "Khai hộ", "name.label": "Họ và tên", "name.fault": "Ghi họ và tên, ví dụ Nguyễn Thị Hạnh.", "birth.label": "Năm sinh", "birth.fault": "Năm sinh phải từ {first} đến {last}. Ô đang ghi “{typed}”.", "optional": "không bắt buộc",
  "paper.label": "Nhập từ phiếu giấy", "paper.when": "Giờ ghi trên phiếu", "paper.fault": "Ghi ngày giờ trên phiếu, không quá {days} ngày trước và không ở tương lai.", "paper.mark": "phiếu giấy", "error": "Lỗi:",
  "list.title": "Lượt của ca này", "list.empty": "Chưa có lượt nào.", "list.privacy": "Tên chỉ hiện chữ đầu. Đổi ca thì danh sách này bị xóa khỏi máy.",
  "list.refused": "Chưa được nhận", "list.again": "Gửi lại", "list.drop": "Xóa khỏi máy", "list.person": "Khách", "held": "chờ 8 giây", "waiting": "chờ gửi", "sent": "đã gửi", "refused": "Máy chủ không nhận (mã {code}).",
};

/** @type {typeof vi} */
const en = {
  "start.title": "Open a shift", "start.place": "Which place", "start.gate": "Where you stand", "start.whole": "The whole place, no gates",
  "start.go": "Open the shift", "start.keys": "The first time needs a network, to fetch the keys that check passes and seal cards. Connect, then try again.",
  "start.unsent": "This phone still keeps {count} visits of an earlier shift and will send them by itself.", "try-again": "Try again",
  "shift.since": "Shift opened at {time}", "shift.end": "Change shift", "shift.gate": "{place}, {gate}",
  "inside": "inside", "inside.crowded": "Nearly full", "inside.full": "Full", "inside.estimate": "counted since {time}", "inside.filled": "Share of capacity in use",
  "offline": "No network.", "kept": "Keeping {count} visits, will send by itself.", "sending": "{count} visits waiting to be sent.",
  "sign-in": "Signed out, keeping {count} visits.", "sign-in.go": "Sign in", "refused.strip": "{count} visits were not accepted.", "refused.see": "See",
  "aim": "Hold the visitor's code in the frame", "starting": "Opening the camera", "denied": "The camera is blocked. Allow it for this page, or use the phone number.",
  "none": "No camera found. Use the phone number, or declare for the visitor.", "insecure": "Browsers open the camera at https addresses only.",
  "failed": "The camera did not open. Use the phone number, or try again.", "camera": "Camera picture", "torch-on": "Light on", "torch-off": "Light off",
  "direction": "Direction", "in": "In", "out": "Out", "phone": "Phone number", "declare": "Declare", "list": "List",
  "ready": "Ready", "ready.hint": "Scan a gate pass, identity card, insurance card or personal QR",
  "welcome": "Come in", "bye": "Gone out", "wait": "One moment", "expired": "Out of date", "unread": "Not readable", "genuine": "In force", "lapsed": "No longer in force", "unchecked": "Can't check", "broken": "Broken",
  "nth": "{time}, visit {count} of this shift", "undo": "Undo this visit", "undone": "This visit is undone.", "male": "male", "female": "female",
  "who.pass": "Genuine pass", "who.phone": "Number {phone}", "who.receipt": "Checked in at {time}",
  "why.expired": "A picture, or an old code. Ask the visitor to open the screen again.", "why.forged": "This code was not issued by Lá Chắn.", "why.unknown": "Neither a pass nor a card.",
  "why.masked": "This code hides the card number. Ask for the phone number, or declare.", "why.full": "This phone keeps {count} unsent visits. Use paper slips until there is a network.",
  "why.elsewhere": "A receipt of another place. Ask the visitor to scan the poster here.", "why.store": "This phone could not keep the visit. Use a paper slip.",
  "certificate.valid": "The signature is right. A certificate writes no visit: declare for this person.", "certificate.unchecked": "This phone has no key of the issuer. Look at the original.", "certificate.expired": "The signature is right, but its date has passed.", "certificate.broken": "Wrong signature, or cut off.", "certificate.declare": "Declare for this person",
  "back": "Back", "phone.title": "By phone number", "phone.label": "The visitor's phone number", "phone.hint": "For example 0905 000 418. It is sealed at once; this phone can't open it again.", "phone.go": "Write this visit",
  "phone.fault": "A phone number has 10 digits, for example 0905 000 418. You entered “{typed}”.",
  "declare.title": "Declare for a visitor", "name.label": "Full name", "name.fault": "Enter the full name, for example Nguyễn Thị Hạnh.", "birth.label": "Year of birth", "birth.fault": "Enter a year from {first} to {last}. You entered “{typed}”.", "optional": "optional",
  "paper.label": "From a paper slip", "paper.when": "Time written on the slip", "paper.fault": "Enter the slip's date and time, at most {days} days ago and not in the future.", "paper.mark": "paper slip", "error": "Error:",
  "list.title": "Visits of this shift", "list.empty": "No visits yet.", "list.privacy": "Names show first letters only. Changing shift erases this list from the phone.",
  "list.refused": "Not accepted", "list.again": "Send again", "list.drop": "Delete from this phone", "list.person": "Visitor", "held": "8 seconds to undo", "waiting": "waiting", "sent": "sent", "refused": "The server did not accept it (code {code}).",
};

export const tables = { vi, en };

/** @param {"vi" | "en"} language @param {keyof typeof vi} key @param {Record<string, string | number | undefined>} [holes] */
export function words(language, key, holes = {}) {
  return tables[language][key].replace(/\{(\w+)\}/g, (_all, hole) => String(holes[hole] ?? ""));
}
