//! What one makes and the other wants, in words.

use crate::problem::WantedBecause;
use crate::score::Tie;

use super::percent;

impl Tie {
    /// What the candidate makes, as the seeker sees it.
    pub(super) fn makes_zh(&self) -> String {
        let Self { product, wanted, steps, .. } = self;
        let whose = match self.because {
            WantedBecause::Stated => "需求所列的",
            WantedBecause::Used => "需求方使用的",
            WantedBecause::Placed => "需求方所处环节所用的",
        };
        let what = match steps {
            _ if let Some(kind) = &self.stands_in_as => {
                format!("生产「{product}」，与{whose}「{wanted}」同属「{kind}」，可替代")
            }
            0 if product == wanted => format!("生产{whose}「{wanted}」"),
            0 => format!("生产「{product}」，属于{whose}「{wanted}」"),
            1 => format!("生产「{product}」，是{whose}「{wanted}」的上游材料"),
            _ => format!("生产「{product}」，在{whose}「{wanted}」上游第 {steps} 步"),
        };
        what + &self.share_zh()
    }

    /// The same in English; names stay as they are.
    pub(super) fn makes_en(&self) -> String {
        let Self { product, wanted, steps, .. } = self;
        let whose = match self.because {
            WantedBecause::Stated => "which the need names",
            WantedBecause::Used => "which the seeker uses",
            WantedBecause::Placed => "which the seeker's segment needs",
        };
        let what = match steps {
            _ if let Some(kind) = &self.stands_in_as => {
                format!("makes {product}; like {wanted}, {whose}, it is a kind of {kind}")
            }
            0 if product == wanted => format!("makes {wanted}, {whose}"),
            0 => format!("makes {product}, a kind of {wanted}, {whose}"),
            1 => format!("makes {product}, a material of {wanted}, {whose}"),
            _ => format!("makes {product}, {steps} steps upstream of {wanted}, {whose}"),
        };
        what + &self.share_en()
    }

    /// What the seeker wants, as the candidate sees it.
    pub(super) fn wants_zh(&self) -> String {
        let Self { product, wanted, steps, .. } = self;
        let verb = match self.because {
            WantedBecause::Stated => "寻求",
            WantedBecause::Used => "使用",
            WantedBecause::Placed => "所处环节要用",
        };
        let what = match steps {
            _ if let Some(kind) = &self.stands_in_as => {
                format!("需求方{verb}「{wanted}」，其生产的「{product}」同属「{kind}」，可替代")
            }
            0 if product == wanted => format!("需求方{verb}其生产的「{product}」"),
            0 => format!("需求方{verb}「{wanted}」，其生产的「{product}」属于此类"),
            1 => format!("需求方{verb}「{wanted}」，其生产的「{product}」是上游材料"),
            _ => format!("需求方{verb}「{wanted}」，其生产的「{product}」在上游第 {steps} 步"),
        };
        what + &self.share_zh()
    }

    /// The same in English; names stay as they are.
    pub(super) fn wants_en(&self) -> String {
        let Self { product, wanted, steps, .. } = self;
        let wants = match self.because {
            WantedBecause::Stated => "the seeker asks for",
            WantedBecause::Used => "the seeker uses",
            WantedBecause::Placed => "the seeker's segment needs",
        };
        let what = match steps {
            _ if let Some(kind) = &self.stands_in_as => {
                format!("{wants} {wanted}; its {product} is a kind of {kind} too")
            }
            0 if product == wanted => format!("{wants} {product}, which it makes"),
            0 => format!("{wants} {wanted}, of which its {product} is a kind"),
            1 => format!("{wants} {wanted}, made from its {product}"),
            _ => format!("{wants} {wanted}, {steps} steps on from its {product}"),
        };
        what + &self.share_en()
    }

    fn share_zh(&self) -> String {
        let share = self.share_basis_points.map(|share| format!("，占其收入 {}", percent(share)));
        share.unwrap_or_default()
    }

    fn share_en(&self) -> String {
        let share =
            self.share_basis_points.map(|share| format!("; {} of its revenue", percent(share)));
        share.unwrap_or_default()
    }
}
